"""`latchkey audit prove` writes a bundle that holds without the program, and whose least change is noticed."""

import re
import shutil
import subprocess

from auditor import Auditor
from harness import FunctionalTest, at, main
from live import LiveTest


class Prove(Auditor, FunctionalTest):
    def setUp(self):
        super().setUp()
        self.vkey = self.project.folder / "ledger.vkey"
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "a-1")
        self.project.run("send", "mayar", "siti@example.com", "--request-id", "b-2", "--at", at(hours=-1))
        self.project.json("jobs", "cancel", "a-1")
        self.bundle = self.project.root / "bundle"

    def prove(self, request_id="a-1"):
        return self.project.json("audit", "prove", request_id, "--out", self.bundle).json

    def changed(self, name, change):
        """A copy of the bundle, one of whose files is another."""
        copy = self.project.root / "changed"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.bundle, copy)
        (copy / name).write_bytes(change((copy / name).read_bytes()))
        return copy

    def test_bundle_holds(self):
        made = self.prove()
        self.assertEqual((made["requestId"], made["entries"], made["lastSeq"], made["size"]), ("a-1", 2, 5, 6))
        self.assertEqual(sorted(path.name for path in self.bundle.iterdir()),
                         ["2.tlog-proof", "5.tlog-proof", "README.txt", "checkpoint", "entries.jsonl", "ledger.vkey"])
        self.assertEqual((self.bundle / "entries.jsonl").read_text().splitlines(),
                         [entry for (entry,) in self.project.rows("SELECT entry FROM ledger WHERE json_extract(entry, '$.requestId') = 'a-1'")])
        self.assertEqual((self.bundle / "ledger.vkey").read_text(), self.vkey.read_text())
        self.assertIn("a-1: no gap up to seq 5; in the ledger of 6", self.assert_holds(self.bundle, self.vkey))

    def test_commands_of_the_readme_work_in_any_shell(self):
        self.prove()
        lines = (self.bundle / "README.txt").read_text().splitlines()
        commands = [line[4:] for line in lines if re.match(" {4,6}[^ ]", line) and "python3" not in line]
        done = subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=self.bundle, capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("Signature Verified Successfully", done.stdout)
        self.assertIn(self.project.node(3).hex(), done.stdout)

    def test_changed_bytes_are_noticed(self):
        self.prove()
        entries = (self.bundle / "entries.jsonl").read_bytes()
        for place in range(0, len(entries), 31):
            copy = self.changed("entries.jsonl", lambda data, at=place: data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
            self.assert_fails("", copy, self.vkey)
        for name in ("2.tlog-proof", "5.tlog-proof", "checkpoint"):
            size = len((self.bundle / name).read_bytes())
            for place in range(0, size, 29):
                copy = self.changed(name, lambda data, at=place: data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
                self.assert_fails("", copy, self.vkey)

    def test_gaps_are_noticed(self):
        self.prove()
        first = self.changed("entries.jsonl", lambda data: data.splitlines(True)[1])
        self.assert_fails("has to link back to nothing", first, self.vkey)
        self.assert_fails("no entry", self.changed("entries.jsonl", lambda data: b""), self.vkey)
        swapped = self.changed("entries.jsonl", lambda data: b"".join(reversed(data.splitlines(True))))
        self.assert_fails("link back", swapped, self.vkey)
        other = self.changed("2.tlog-proof", lambda data: (self.bundle / "5.tlog-proof").read_bytes())
        self.assert_fails("2.tlog-proof is no proof of seq 2", other, self.vkey)
        (self.bundle / "5.tlog-proof").unlink()
        self.assert_fails("5.tlog-proof", self.bundle, self.vkey)

    def test_another_key_is_not_believed(self):
        self.prove()
        text = self.vkey.read_text()
        other = self.project.file("other.vkey", text.replace(text.rstrip()[-4:], "AAAA"))
        self.assert_fails("holds no verifier key", self.bundle, other)
        stranger = type(self.project)()
        self.addCleanup(stranger.close)
        self.assert_fails("is not signed by this key", self.bundle, stranger.folder / "ledger.vkey")

    def test_nothing_is_overwritten_and_nothing_half_left(self):
        self.bundle.mkdir()
        self.assert_rejected(self.project.run("--json", "audit", "prove", "a-1", "--out", self.bundle), "out",
                             code="conflict")
        self.assertEqual(list(self.bundle.iterdir()), [])
        self.bundle.rmdir()
        self.assert_rejected(self.project.run("--json", "audit", "prove", "nothing", "--out", self.bundle), "requestId",
                             code="not_found")
        self.vkey.write_text("no key\n")
        self.assert_exit(self.project.run("audit", "prove", "a-1", "--out", self.bundle), 4)
        self.assertFalse(self.bundle.exists())

    def test_folder_is_named_after_the_request(self):
        self.assert_exit(self.project.run("audit", "prove", "a-1", cwd=self.project.root), 0)
        self.assert_holds(self.project.root / "proof-a-1", self.vkey)

    def test_changed_row_is_not_proved(self):
        """What would not convince an outsider is not handed out."""
        for word in ("uid:", "a-1"):
            self.project.tamper(f"UPDATE ledger SET entry = replace(entry, '{word}', '{word}9') WHERE seq = 5")
            done = self.assert_exit(self.project.run("audit", "prove", "a-1", "--out", self.bundle), 4)
            self.assertIn("audit verify", done.err)
            self.assertFalse(self.bundle.exists(), done)

    def test_published_checkpoint_is_used_when_it_covers_the_request(self):
        self.prove()
        anchors = self.project.folder / "anchors"
        anchors.mkdir(exist_ok=True)
        shutil.copy(self.bundle / "checkpoint", anchors / "checkpoint")
        (self.project.folder / "secrets/ledger.key").unlink()
        self.project.json("send", "mayar", "tono@example.com", "--request-id", "c-3")
        again = self.project.json("audit", "prove", "a-1", "--out", self.project.root / "again").json
        self.assertEqual(again["size"], 6)
        self.assert_exit(self.project.run("audit", "prove", "c-3"), 4)

    def test_checkpoint_of_another_ledger_is_not_used(self):
        self.prove()
        anchors = self.project.folder / "anchors"
        anchors.mkdir(exist_ok=True)
        note = (self.bundle / "checkpoint").read_text().split("\n")
        note[2] = "A" * 43 + "="
        (anchors / "checkpoint").write_text("\n".join(note))
        done = self.assert_exit(self.project.run("audit", "prove", "b-2"), 78)
        self.assertIn("is not of this ledger", done.err)


class WithDaemon(Auditor, LiveTest):
    def test_request_of_a_running_daemon_is_proved(self):
        """The daemon's next checkpoint covers it; nobody else may sign meanwhile."""
        self.start()
        self.send("a-1")
        self.wait_for_state("a-1", "done")
        made = self.project.json("audit", "prove", "a-1", "--out", self.project.root / "bundle").json
        self.assertEqual(made["entries"], len(self.story("a-1")))
        self.assert_holds(self.project.root / "bundle", self.project.folder / "ledger.vkey")
        files = [self.project.root / "export.jsonl", self.project.root / "export.checkpoint"]
        self.assert_exit(self.project.run("audit", "export", "--out", files[0], "--checkpoint", files[1]), 0)
        self.assert_holds(*files, self.project.folder / "ledger.vkey", self.project.root / "bundle/checkpoint")


class Growth(Auditor, FunctionalTest):
    def export(self, number):
        files = self.project.root / f"{number}.jsonl", self.project.root / f"{number}.checkpoint"
        self.assert_exit(self.project.run("audit", "export", "--out", files[0], "--checkpoint", files[1]), 0)
        return files

    def test_growth_is_proved(self):
        _, old = self.export(1)
        entries, new = self.export(2)
        done = self.assert_exit(self.project.run("audit", "prove", "--between", old, new), 0)
        head, from_size, to_size, *hashes = done.out.splitlines()
        self.assertEqual((head, from_size, to_size), ("latchkey/consistency-proof@v1", "from 3", "to 4"))
        self.assertEqual([len(line) for line in hashes], [44, 44, 44])
        self.assertEqual(self.assert_exit(self.project.run("audit", "prove", "--between", old, old), 0).out.splitlines(),
                         [head, "from 3", "to 3"])
        self.assertIn("is the beginning of this one", self.assert_holds(entries, new, self.project.folder / "ledger.vkey", old))

    def test_a_checkpoint_that_is_not_of_this_ledger(self):
        _, old = self.export(1)
        _, new = self.export(2)
        self.assert_rejected(self.project.run("--json", "audit", "prove", "--between", new, old), "between")
        forged = self.project.file("forged", old.read_text().replace("\n3\n", "\n2\n"))
        self.assert_rejected(self.project.run("--json", "audit", "prove", "--between", forged, new), "between",
                             "not signed by this ledger's key")
        self.project.rebuild_tree()
        self.project.tamper("UPDATE ledger_node SET hashes = zeroblob(32) WHERE idx = 2")
        done = self.assert_exit(self.project.run("audit", "prove", "--between", old, new), 1)
        self.assertIn("is not of this ledger", done.err)

    def test_usage(self):
        self.assert_exit(self.project.run("audit", "prove"), 2)
        self.assert_exit(self.project.run("audit", "prove", "a-1", "--between", "x", "y"), 2)


if __name__ == "__main__":
    main()
