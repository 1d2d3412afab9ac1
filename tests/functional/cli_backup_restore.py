"""`latchkey backup` copies a database that is in use; `latchkey restore` goes back to it and sends nothing twice."""

import sqlite3
import subprocess
import sys
from contextlib import closing

from harness import FunctionalTest, at, main
from live import LiveTest, wait_until

READER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
print(database.execute("SELECT count(*) FROM jobs").fetchone(), flush=True)
sys.stdin.read()
"""


class Backup(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "a-1", "--at", at(hours=1))
        self.file = self.project.root / "backup.db"
        self.database = self.project.folder / "data/latchkey.db"

    def back_up(self):
        return self.project.json("backup", self.file).json

    def restore(self, *words):
        return self.project.run("--json", "restore", self.file, *words)

    def aside(self):
        return list(self.database.parent.glob("latchkey.db.before-restore-*"))

    def test_backup_is_one_private_file_that_says_what_it_holds(self):
        made = self.back_up()
        self.assertEqual(made["entries"], len(self.project.entries()))
        self.assertEqual(made["bytes"], self.file.stat().st_size)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.project.root.glob("backup.db?*")), [])
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro&immutable=1", uri=True)) as copy:
            self.assertEqual(copy.execute("SELECT request_id FROM jobs").fetchall(), [("a-1",)])
        other = self.project.run("backup", self.project.root / "second.db")
        self.assertIn(made["root"], other.out)
        self.assertIn("secrets", other.out)
        self.assertIn("anchors", other.out)

    def test_backup_never_replaces_a_file(self):
        self.file.write_text("precious")
        self.assertIn("exists already", self.assert_exit(self.project.run("backup", self.file), 4).err)
        self.assertEqual(self.file.read_text(), "precious")
        self.file.unlink()
        (self.project.root / "backup.db.part").write_text("half")
        self.assert_exit(self.project.run("backup", self.file), 4)
        self.assertFalse(self.file.exists())
        self.assert_exit(self.project.run("backup", self.project.root / "missing/backup.db"), 4)

    def test_restore_goes_back_and_keeps_what_was_there(self):
        made = self.back_up()
        self.project.json("send", "mayar", "siti@example.com", "--request-id", "b-2", "--at", at(hours=1))
        done = self.assert_exit(self.restore("--reason", "drill"), 0).json
        self.assertEqual((done["entries"], done["held"], done["newOriginNeeded"]), (made["entries"], 0, False))
        self.assertEqual(dict(self.project.rows("SELECT request_id, state FROM jobs")), {"a-1": "queued"})
        last = self.project.entries()[-1]
        self.assertEqual((last["type"], last["size"], last["reason"]), ("log.restored", made["entries"], "drill"))
        self.assertEqual([str(path) for path in self.aside()], [done["aside"]])
        with closing(sqlite3.connect(f"file:{done['aside']}?mode=ro", uri=True)) as old:
            self.assertEqual(old.execute("SELECT count(*) FROM jobs").fetchone(), (2,))
        self.assertEqual(self.database.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.database.parent.glob("*restoring*")), [])

    def test_restore_over_a_missing_database(self):
        self.back_up()
        for path in self.database.parent.glob("latchkey.db*"):
            path.unlink()
        self.assertIsNone(self.assert_exit(self.restore(), 0).json["aside"])
        self.assertEqual(self.project.job_count(), 1)

    def test_what_is_no_good_backup_changes_nothing(self):
        self.back_up()
        before = self.database.read_bytes()
        good = self.file.read_bytes()
        for bad in (b"", b"no database " * 100, good[:len(good) // 2], good.replace(b'"type":"log.init"', b'"type":"log.inix"')):
            self.file.write_bytes(bad)
            self.assert_exit(self.restore(), 4)
            self.assertEqual(self.database.read_bytes(), before)
        self.file.unlink()
        self.assertIn("does not exist", self.assert_exit(self.restore(), 4).err)
        self.file = self.database
        self.assert_exit(self.restore(), 4)
        self.assertEqual(self.database.read_bytes(), before)
        self.assertEqual(self.aside() + list(self.database.parent.glob("*restoring*")), [])

    def test_database_that_somebody_reads_is_not_replaced(self):
        self.back_up()
        with subprocess.Popen([sys.executable, "-c", READER, self.database], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as reader:
            reader.stdout.readline()
            done = self.assert_exit(self.restore(), 4)
            self.assertIn("another process has the database", done.err)
            reader.stdin.close()
        self.assertEqual(self.aside(), [])
        self.assert_exit(self.restore(), 0)

    def test_newer_checkpoints_make_it_a_fork(self):
        made = self.back_up()
        anchors = self.project.folder / "anchors"
        anchors.mkdir(exist_ok=True)
        origin = self.project.entries()[0]["origin"]
        signature = "A" * 91
        (anchors / "checkpoint").write_text(
            f"{origin}\n{made['entries'] + 1}\n{made['root']}\n\n\u2014 {origin} {signature}=\n")
        self.assertTrue(self.assert_exit(self.restore(), 0).json["newOriginNeeded"])
        self.assertIn("audit new-origin --reason", self.project.run("restore", self.file).out)


class Drill(LiveTest):
    """The restore drill: nobody is mailed twice, by the sandbox's own count."""

    def test_drill(self):
        daemon = self.start()
        for number in range(10):
            self.send(f"before-{number}")
        self.send("later", None, "--at", at(hours=1))
        for number in range(10):
            self.wait_for_state(f"before-{number}", "done")
        self.sandbox.order("hang")
        self.send("hangs")
        wait_until(lambda: self.sandbox.hanging() == 1, "a call hangs")
        self.project.json("provider", "pause", "mayar", "--reason", "so that one is due and not sent yet")
        self.send("soon")
        backup = self.project.root / "backup.db"
        made = self.project.json("backup", backup).json
        self.project.json("provider", "resume", "mayar")
        self.sandbox.release()
        for number in range(5):
            self.send(f"after-{number}")
        sent = [f"before-{i}" for i in range(10)] + [f"after-{i}" for i in range(5)] + ["soon", "hangs"]
        for request_id in sent:
            self.wait_for_state(request_id, "done")
        checkpoint = self.project.folder / "anchors/checkpoint"
        wait_until(lambda: int(checkpoint.read_text().splitlines()[1]) > made["entries"], "what follows is published")
        done = self.assert_exit(self.project.run("restore", backup), 75)
        self.assertIn("pid", done.err)
        daemon.kill()

        restored = self.project.json("restore", backup, "--reason", "drill").json
        self.assertEqual((restored["entries"], restored["unknown"]), (made["entries"], 1))
        self.assertTrue(restored["newOriginNeeded"])
        self.assert_exit(self.project.run("serve"), 78)
        self.project.json("audit", "new-origin", "--reason", "drill")
        for request_id in ("soon", "hangs"):
            self.assertEqual(self.state(request_id), "held")
            self.assertEqual(self.project.one("SELECT code FROM jobs WHERE request_id = ?", request_id), "restored")
        self.assertEqual(self.state("later"), "queued")
        daemon = self.start()
        self.project.json("provider", "resume", "mayar")  # the backup has it paused
        self.send("new")
        self.wait_for_state("new", "done")
        self.assertEqual(self.sandbox.counts()["requestIds"], {request_id: 1 for request_id in sent + ["new"]})
        self.assertEqual(daemon.stop(), 0)
        self.assert_exit(self.project.run("audit", "verify"), 0)


if __name__ == "__main__":
    main()
