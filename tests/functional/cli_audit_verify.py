"""`latchkey audit verify`: what it says of a ledger that holds and of one that does not, with and without a project."""

import os
import shutil
import sqlite3
from contextlib import closing

from harness import FunctionalTest, main, run

PAGE = 4096

class AuditVerify(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "a-1")
        self.project.json("send", "mayar", "siti@example.com", "--request-id", "b-2")
        self.project.json("jobs", "cancel", "b-2")
        self.database = self.project.folder / "data/latchkey.db"

    def verify(self, *words):
        return self.project.run("audit", "verify", *words)

    def tamper(self, *statements, database=None):
        with closing(sqlite3.connect(database or self.database)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def copy(self):
        """What somebody would carry away: one file, in a folder of its own."""
        folder = self.project.root / "copy"
        folder.mkdir()
        self.tamper("PRAGMA wal_checkpoint(TRUNCATE)")
        return shutil.copy(self.database, folder / "copy.db")

    def test_a_ledger_that_holds(self):
        self.assert_exit(self.project.run("audit", "checkpoint"), 0)
        done = self.assert_exit(self.verify(), 0)
        self.assertRegex(done.out, r"^OK   5 entries, 2 jobs, root .{4}…, signed by \S+\+[0-9a-f]{8}, last anchor .+ ago\n$")
        self.assertEqual(done.err, "")
        document = self.assert_exit(self.verify("--json"), 0).json
        self.assertTrue(document["holds"])
        self.assertEqual((document["entries"], document["jobs"], document["findings"]), (5, 2, 0))
        self.assertEqual(document["checkpoints"], 1)

    def test_findings_are_one_line_each_and_name_no_recipient(self):
        self.tamper("DROP TRIGGER ledger_never_changes",
                    "UPDATE ledger SET entry = replace(entry, 'mayar', 'nomos') WHERE seq = 2",
                    "UPDATE subjects SET recipient = 'eve@example.com' WHERE recipient = 'siti@example.com'")
        done = self.assert_exit(self.verify(), 1)
        self.assertRegex(done.out, r"(?m)^FAIL E_ENTRY_HASH  seq=2 requestId=a-1 stored leaf [0-9a-f]{12}… recomputed ")
        self.assertRegex(done.out, r"(?m)^FAIL E_SCHEMA +trigger ledger_never_changes is missing$")
        self.assertIn("FAIL E_SUBJECT ", done.out)
        self.assertRegex(done.out.splitlines()[-1], r"^FAIL \d+ findings; 5 entries")
        self.assertNotIn("@", done.out + done.err)
        *findings, summary = self.assert_exit(self.verify("--json"), 1).lines
        self.assertEqual(summary["findings"], len(findings))
        self.assertFalse(summary["holds"])
        self.assertEqual(summary["counts"]["E_ENTRY_HASH"], 1)

    def test_anchors_that_are_gone_are_missed(self):
        self.assertIn("no anchor yet", self.assert_exit(self.verify(), 0).out)
        self.assert_exit(self.project.run("audit", "checkpoint"), 0)
        self.assert_exit(self.verify(), 0)
        for path in (self.project.folder / "anchors").iterdir():
            path.unlink()
        self.assertIn("FAIL E_ANCHOR ", self.assert_exit(self.verify(), 1).out)
        self.assert_exit(self.verify("--database", self.database), 0)  # a copy is not held against anchors

    def test_an_older_copy_is_caught_by_the_anchor(self):
        older = self.copy()
        self.project.json("send", "mayar", "next@example.com")
        self.assert_exit(self.project.run("audit", "checkpoint"), 0)
        anchors = self.project.folder / "anchors"
        done = self.assert_exit(self.verify("--database", older, "--anchors", anchors), 1)
        self.assertRegex(done.out, r"FAIL E_ROLLBACK +database size 5 < anchored size 6 \(checkpoints.log line 1\)\n")
        self.assert_exit(self.verify("--database", older), 0)

    def test_a_copy_needs_no_project(self):
        copy = self.copy()
        done = self.assert_exit(run("audit", "verify", "--database", copy, cwd=self.project.root), 0)
        self.assertIn("signatures not checked: no key was given, no anchors were given", done.out)
        vkey = (self.project.folder / "ledger.vkey").read_text().strip()
        for key in vkey, self.project.folder / "ledger.vkey":
            done = self.assert_exit(run("audit", "verify", "--database", copy, "--key", key), 0)
            self.assertIn("no checkpoint yet", done.out)

    def test_a_copy_that_may_not_be_written_is_read_and_left_as_it_is(self):
        copy = self.copy()
        os.chmod(copy, 0o444)
        os.chmod(copy.parent, 0o555)
        self.addCleanup(os.chmod, copy.parent, 0o755)
        before = copy.read_bytes()
        self.assert_exit(run("audit", "verify", "--database", copy), 0)
        self.assertEqual(copy.read_bytes(), before)
        if os.geteuid() != 0:  # root may write there in spite of it, and SQLite does
            self.assertEqual([path.name for path in copy.parent.iterdir()], ["copy.db"])

    def test_a_damaged_page_is_a_finding(self):
        copy = self.copy()
        page = copy.read_bytes().index(b'"requestId":"a-1"') // PAGE * PAGE
        with open(copy, "r+b") as file:
            file.seek(page)
            file.write(bytes(100))
        done = run("audit", "verify", "--database", copy)
        self.assert_exit(done, 1)
        self.assertIn("FAIL E_", done.out)

    def test_what_cannot_be_read_is_exit_4(self):
        missing = self.project.root / "missing.db"
        self.assertIn("does not exist", self.assert_exit(run("audit", "verify", "--database", missing), 4).err)
        other = self.project.file("other.db", b"")
        self.tamper("CREATE TABLE x (a)", database=other)
        self.assertIn("another program", self.assert_exit(run("audit", "verify", "--database", other), 4).err)
        older = self.copy()
        self.tamper("PRAGMA user_version = 3", database=older)
        self.assertIn("latchkey migrate", self.assert_exit(run("audit", "verify", "--database", older), 4).err)
        self.assert_exit(self.verify("--anchors", missing), 4)
        self.assert_exit(self.verify("--key", missing), 4)
        self.assert_rejected(self.project.run("--json", "audit", "verify", "--key", self.project.file("k", "x")), "key")

    def test_verifying_writes_nothing(self):
        before = self.project.snapshot()
        self.verify()
        self.assertEqual(self.project.snapshot(), before)


if __name__ == "__main__":
    main()
