"""`latchkey audit whois-link` knows every link that was ever minted here, also after its key was rotated."""

import os
import signal
import stat

from api import ApiTest
from harness import main


class Whois(ApiTest):
    def setUp(self):
        super().setUp()
        self.key_file = self.project.folder / "secrets/fingerprint.key"

    def mint(self, request_id):
        answer = self.link("cus_1", requestId=request_id)
        self.assertEqual(answer.status, 200, answer)
        self.wait_for_state(request_id, "done")
        return answer.json["link"]

    def whois(self, link, code=0):
        done = self.assert_exit(self.project.run("--json", "audit", "whois-link", stdin=link), code)
        self.assertNotIn("token_hash", done.out + done.err)
        return done.json

    def rotate(self):
        done = self.assert_exit(self.project.run("key", "rotate", "fingerprint", "--reason", "yearly rotation"), 0)
        for key in self.key_file.read_text().split():
            self.assertNotIn(key, done.out + done.err)
        return done

    def test_link_is_known(self):
        link = self.mint("link-1")
        self.mint("link-2")
        found = self.whois(link + "\n")
        story = self.story("link-1")
        self.assertEqual({name: found[name] for name in ("requestId", "seq", "mintedAt", "actor", "provider", "attempt",
                                                         "linkExpiresAt", "handover", "outcome", "handedOverAt")},
                         {"requestId": "link-1", "seq": story[2]["seq"], "mintedAt": story[2]["t"],
                          "actor": story[0]["actor"], "provider": "nomos", "attempt": 1,
                          "linkExpiresAt": story[2]["linkExpiresAt"], "handover": "reply", "outcome": "accepted",
                          "handedOverAt": story[4]["t"]})
        text = self.assert_exit(self.project.run("audit", "whois-link", stdin=link), 0).out
        for word in ("link-1", "nomos", story[0]["actor"], "reply: accepted"):
            self.assertIn(word, text)

    def test_other_links_are_not(self):
        link = self.mint("link-1")
        for other in (link + "x", link[:-1], "https://example.com/"):
            self.assertEqual(self.whois(other, code=1), {"known": False})
        self.assertIn("none of ours", self.project.run("audit", "whois-link", stdin="x").out)
        for pasted in (link + "\r\n", f"  {link}\n\n"):
            self.assertEqual(self.whois(pasted)["requestId"], "link-1")

    def test_what_is_no_link(self):
        for text in ("", "\n", "x" * 4097):
            self.assert_rejected(self.project.run("--json", "audit", "whois-link", stdin=text), "link")
        self.assertEqual(self.whois("x" * 4096 + "\n", code=1), {"known": False})
        self.assert_exit(self.project.run("audit", "whois-link", "https://example.com/"), 2)

    def test_rotation_keeps_old_links_findable_and_new_ones_get_the_new_key(self):
        before = self.mint("before")
        old_key = self.key_file.read_text()
        text = self.rotate().out
        self.assertIn(f"kill -HUP {self.daemon.pid}", text)
        new_key = self.key_file.read_text().split()[0]
        self.assertEqual(self.key_file.read_text(), f"{new_key}\n{old_key}")
        self.assertRegex(new_key, "^[0-9a-f]{64}$")
        self.assertNotEqual(new_key, old_key.strip())
        self.assertEqual(stat.S_IMODE(self.key_file.stat().st_mode), 0o600)
        rotated = self.project.entries()[-1]
        self.assertEqual((rotated["type"], rotated["key"], rotated["reason"], rotated["actor"]),
                         ("key.rotated", "fingerprint", "yearly rotation", f"uid:{os.getuid()}"))

        between = self.mint("between")  # the daemon has not heard of it yet
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for_log("fingerprint key read again changed=true")
        after = self.mint("after")
        for request_id, link in (("before", before), ("between", between), ("after", after)):
            self.assertEqual(self.whois(link)["requestId"], request_id)
        self.key_file.write_text(new_key + "\n")
        self.assertEqual(self.whois(after)["requestId"], "after")
        self.assertEqual([self.whois(link, code=1) for link in (before, between)], [{"known": False}] * 2)
        self.assertNotIn(new_key, self.daemon.log())

    def test_unusable_key_file_leaves_the_old_key_in_force(self):
        before = self.mint("before")
        good = self.key_file.read_text()
        self.key_file.write_text(good + "no key\n")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for_log("fingerprint key read again changed=false")
        self.assertIn("fingerprint key not read", self.daemon.log())
        after = self.mint("after")
        self.assert_exit(self.project.run("audit", "whois-link", stdin=after), 3)
        self.key_file.write_text(good)
        self.assertEqual([self.whois(link)["requestId"] for link in (before, after)], ["before", "after"])

    def test_rotation_that_is_refused_changes_nothing(self):
        key = self.key_file.read_text()
        files = len(list(self.key_file.parent.iterdir()))
        self.assert_rejected(self.project.run("--json", "key", "rotate", "signing", "--reason", "x"), "key")
        self.assert_rejected(self.project.run("--json", "key", "rotate", "fingerprint", "--reason", "for a@b"), "reason")
        self.assert_exit(self.project.run("key", "rotate", "fingerprint"), 2)
        self.key_file.write_text("no key\n")
        self.assert_exit(self.project.run("key", "rotate", "fingerprint", "--reason", "x"), 3)
        self.assertEqual(len(list(self.key_file.parent.iterdir())), files)
        self.key_file.write_text(key)
        self.assertNotIn("key.rotated", [entry["type"] for entry in self.project.entries()])


if __name__ == "__main__":
    main()
