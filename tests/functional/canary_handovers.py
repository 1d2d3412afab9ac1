"""A minted link is found in exactly the one hand-over: reply, claim or mail; never on disk, in a log, a webhook or another answer.

All calls to Nomos pass a relay, so that every link that was ever on the wire is known. Then everything that the run has left is
searched: files, logs, each HTTP answer, what endpoints were told, mails. The daemon is killed in the middle; it leaves no core.
"""

import json
import re
import signal

from api import ApiTest
from harness import main
from live import wait_until
from receiver import Receiver, secrets_of
from relay import Relay
from smtpserver import MailServer

TOKEN = re.compile(rb"token_hash(?:=|=3D)([0-9a-f]{20,})")


class Canary(ApiTest):
    def configure(self):
        self.relay = Relay(self.sandbox.url)
        self.addCleanup(self.relay.close)
        self.set_provider("nomos", base_url=self.relay.url)
        self.mail_server = MailServer(tls="none")
        self.addCleanup(self.mail_server.close)
        secret_file = self.project.folder / "secrets/crm.webhook"
        self.assert_exit(self.project.run("key", "new", "webhook", secret_file), 0)
        self.receiver = Receiver(*secrets_of(secret_file))
        self.addCleanup(self.receiver.close)
        for key, value in {"host": '"127.0.0.1"', "port": self.mail_server.port, "security": '"none"',
                           "from": '"Portal <portal@example.com>"'}.items():
            self.project.set("smtp", key, value)
        with self.project.config.open("a") as config:
            config.write(f'\n[[webhooks]]\nname = "crm"\nurl = "{self.receiver.url}"\n'
                         'secret_file = "secrets/crm.webhook"\nallow_private = true\n')
        self.answers = []

    def start(self, **options):
        return super().start(core_files=True, **options)

    def ask(self, method, path, body=None):
        answer = self.call(method, path, body)
        self.answers.append(answer.body)
        return answer

    def minted(self):
        return set(TOKEN.findall(self.relay.bytes))

    def links_in(self, content):
        return set(TOKEN.findall(content.replace(b"=\r\n", b"").replace(b"=\n", b"")))

    def test_each_link_is_in_its_one_hand_over(self):
        replied = self.ask("POST", "/v1/links", {"customerId": "cus_reply", "requestId": "reply"})
        for name in ("claimed", "expires", "cancelled", "dies"):
            self.ask("POST", "/v1/jobs", {"provider": "nomos", "customerId": f"cus_{name}", "requestId": name,
                                          "handover": "claim"})
            wait_until(lambda: "handover.intent" in self.types(name), f"the link of {name} waits")
        claimed = self.ask("POST", "/v1/jobs/claimed/link")
        self.ask("POST", "/v1/jobs/claimed/link")
        self.ask("POST", "/v1/jobs/cancelled/cancel")
        self.ask("POST", "/v1/jobs", {"provider": "nomos", "customerId": "cus_mailed", "requestId": "mailed",
                                      "handover": "email", "deliverTo": "mailed@sandbox.invalid"})
        (mail,) = self.mail_server.wait_for_mails(1)
        self.wait_for_state("mailed", "done")
        self.wait_for_state("cancelled", "cancelled")
        for path in ("/v1/jobs", "/v1/jobs/mailed", "/v1/jobs/expires", "/v1/providers", "/healthz", "/readyz", "/metrics"):
            self.ask("GET", path)
        self.ask("POST", "/v1/audit/query", {"limit": 1000})
        self.receiver.wait_for(4)
        self.daemon.signal(signal.SIGKILL)
        self.daemon.wait()
        self.daemon = self.start()
        for name in ("expires", "dies"):
            self.wait_for_state(name, "failed")
            self.ask("POST", f"/v1/jobs/{name}/link")

        minted = self.minted()
        self.assertEqual(len(minted), 6)
        handed_over = [self.links_in(replied.body), self.links_in(claimed.body), self.links_in(mail["raw"].encode("latin-1"))]
        self.assertEqual([len(links) for links in handed_over], [1, 1, 1])
        self.assertEqual(len(set.union(*handed_over)), 3)
        answers = [body for body in self.answers if body not in (replied.body, claimed.body)]
        told = json.dumps(self.receiver.deliveries()).encode()
        left = [(str(path), content) for path, content in self.files()] + [("answer", body) for body in answers]
        found = [where for where, content in left + [("webhook", told)] if any(link in content for link in minted)]
        self.assertEqual(found, [])
        self.assertEqual(self.daemon.stop(), 0)
        found = [str(path) for path, content in self.files() if any(link in content for link in minted)]
        self.assertEqual(found, [])
        self.assertEqual([path for path in self.project.root.rglob("core*")], [])

    def files(self):
        for path in sorted(self.project.root.rglob("*")):
            if path.is_file() and path.name != "sandbox.err":
                yield path.relative_to(self.project.root), path.read_bytes()


if __name__ == "__main__":
    main()
