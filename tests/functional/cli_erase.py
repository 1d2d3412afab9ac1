"""`latchkey audit erase` forgets one person: not a byte of them is left, their history is, and nobody else is touched.

The scan here is Python's own and takes the files as they are. It counts recipients by subtracting what longer ones
that are still known account for.
"""

import subprocess
import sys

from api import ApiTest
from harness import FunctionalTest, at, main
from live import InBackground, LiveTest, wait_until

READER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("BEGIN")
print(database.execute("SELECT count(*) FROM subjects").fetchone(), flush=True)
sys.stdin.read()
"""


class Files:
    def raw(self, text):
        """How often it stands in the database and its WAL."""
        count = 0
        for name in ("latchkey.db", "latchkey.db-wal"):
            path = self.project.folder / "data" / name
            if path.exists():
                count += path.read_bytes().lower().count(text.lower().encode())
        return count

    def erase(self, recipient, *words):
        return self.project.run("--json", "audit", "erase", "--recipient", recipient, "--reason", "asked to be forgotten",
                                *words)


class Erase(FunctionalTest, Files):
    def setUp(self):
        super().setUp()
        for number, email in enumerate(("Budi@Example.com", "abudi@example.com", "budi@example.com.au")):
            self.project.json("send", "mayar", email, "--request-id", f"job-{number}", "--at", at(hours=1))
        self.project.json("send", "mayar", "BUDI@example.com", "--request-id", "again", "--at", at(hours=2))

    def test_not_a_byte_is_left_and_others_stay(self):
        subject = self.project.one("SELECT id FROM subjects WHERE recipient = 'budi@example.com'")
        self.assertGreater(self.raw("budi@example.com"), self.raw("abudi@example.com"))
        done = self.assert_exit(self.erase("budi@EXAMPLE.com"), 0)
        self.assertEqual((done.json["subject"], done.json["cancelled"], done.json["copies"]), (subject, 2, 0))
        self.assertGreater(self.raw("abudi@example.com"), 0)
        self.assertEqual(self.raw("budi@example.com"),
                         self.raw("abudi@example.com") + self.raw("budi@example.com.au"))
        self.assertEqual(dict(self.project.rows("SELECT request_id, state FROM jobs")),
                         {"job-0": "cancelled", "again": "cancelled", "job-1": "queued", "job-2": "queued"})
        last = self.project.entries()[-1]
        self.assertEqual((last["type"], last["subject"], last["reason"]),
                         ("subject.erased", subject, "asked to be forgotten"))
        self.assertTrue(last["actor"].startswith("uid:"))
        self.assert_exit(self.project.run("audit", "verify"), 0)

    def test_history_stays_and_names_nobody(self):
        before = self.project.entries()
        self.erase("budi@example.com")
        self.assertEqual(self.project.entries()[:len(before)], before)
        jobs = {job["requestId"]: job for job in self.project.json("jobs", "list", "--reveal").lines}
        self.assertEqual(jobs["job-0"]["recipient"], "(erased)")
        self.assertEqual(jobs["job-1"]["recipient"], "abudi@example.com")
        self.assertEqual(self.project.json("jobs", "show", "job-0", "--reveal").json["recipient"], "(erased)")
        self.assertEqual(len(self.project.json("audit", "show", "job-0").lines), 2)

    def test_old_name_stays_taken_and_a_new_request_gets_a_new_subject(self):
        subject = self.project.one("SELECT subject FROM jobs WHERE request_id = 'job-0'")
        self.erase("budi@example.com")
        done = self.project.run("--json", "send", "mayar", "Budi@Example.com", "--request-id", "job-0", "--at", at(hours=1))
        self.assert_rejected(done, "requestId", "erased", code="request_id_used")
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "new", "--at", at(hours=1))
        self.assertNotEqual(self.project.one("SELECT subject FROM jobs WHERE request_id = 'new'"), subject)

    def test_unknown_recipient_is_said_to_be_so(self):
        before = self.project.snapshot()
        done = self.assert_exit(self.erase("nobody@example.com"), 1)
        self.assertIsNone(done.json["subject"])
        self.assertEqual(self.project.snapshot(), before)
        self.assertIn("Nobody is known", self.project.run("audit", "erase", "--recipient", "cus_nobody", "--reason",
                                                          "asked").out)

    def test_bad_input_changes_nothing(self):
        before = self.project.snapshot()
        self.assert_rejected(self.erase("budi"), "recipient", "@")
        self.assert_rejected(self.erase("budi@example.com", "--provider", "nomos"), "recipient", "email")
        done = self.project.run("--json", "audit", "erase", "--recipient", "budi@example.com", "--reason",
                                "budi@example.com asks")
        self.assert_rejected(done, "reason", "@")
        self.assert_exit(self.project.run("audit", "erase", "--recipient", "budi@example.com"), 2)
        self.assertEqual(self.project.snapshot(), before)

    def test_files_that_name_the_person_are_listed_and_no_others(self):
        jobs = self.project.folder / "jobs"
        jobs.mkdir(exist_ok=True)
        (jobs / "one.csv").write_text("email\nBUDI@example.com,x\n")
        (jobs / "other.csv").write_text("email\nabudi@example.com\nbudi@example.com.au\n")
        (self.project.folder / "list.txt").write_text("write to <budi@example.com>.\n")
        files = self.erase("budi@example.com").json["files"]
        self.assertEqual(files, [str(jobs / "one.csv"), str(self.project.folder / "list.txt")])

    def test_among_many(self):
        rows = "email\n" + "".join(f"person-{i}@example.com\n" for i in range(3000))
        self.project.json("send", "--provider", "mayar", "--file", self.project.file("rows.csv", rows), "--at",
                          at(hours=3), "--pace")
        for i in range(0, 3000, 600):
            done = self.assert_exit(self.erase(f"person-{i}@example.com"), 0)
            self.assertEqual(done.json["copies"], 0)
            self.assertEqual(self.raw(f"mayarperson-{i}@example.com"), 0)
            self.assertEqual(self.raw(f"person-{i}@example.com"), 0)

    def test_suppressed_person_is_rejected_by_command_and_file(self):
        self.assert_exit(self.erase("budi@example.com", "--suppress"), 0)
        self.assertEqual(self.project.entries()[-1]["code"], "suppressed")
        done = self.project.run("--json", "send", "mayar", "BUDI@example.com")
        self.assert_rejected(done, "email", "erased", code="suppressed")
        rows = self.project.file("rows.csv", "email\nnew@example.com\nbudi@example.com\n")
        done = self.project.run("--json", "send", "--provider", "mayar", "--file", rows)
        self.assertEqual(done.errors, [(3, "email")], done)
        self.project.json("send", "mayar", "abudi@example.com", "--at", at(hours=1))
        self.assertEqual(self.raw("budi@example.com"),
                         self.raw("abudi@example.com") + self.raw("budi@example.com.au"))

    def test_reader_in_the_way_is_named_and_the_next_run_finishes(self):
        with subprocess.Popen([sys.executable, "-c", READER, self.project.folder / "data/latchkey.db"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
            reader.stdout.readline()
            done = self.assert_exit(self.erase("budi@example.com"), 1)
            self.assertGreater(done.json["copies"], 0)
            self.assertIn(f"process {reader.pid} (", done.json["inTheWay"])
            self.assertIsNotNone(done.json["subject"])
            reader.stdin.close()
        done = self.assert_exit(self.erase("budi@example.com"), 0)
        self.assertEqual((done.json["subject"], done.json["copies"], done.json["rewritten"]), (None, 0, True))
        self.assert_exit(self.erase("budi@example.com"), 1)  # nothing is left to be done
        self.assertEqual(self.raw("budi@example.com"),
                         self.raw("abudi@example.com") + self.raw("budi@example.com.au"))


class InFlight(LiveTest, Files):
    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.sandbox.order("hang")
        self.send("mail", "budi@example.com")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        self.send("later", "budi@example.com", "--at", at(hours=1))

    def test_call_is_waited_for(self):
        erasing = InBackground(lambda: self.erase("budi@example.com"))
        wait_until(lambda: self.state("later") == "cancelled", "the queued job is cancelled")
        self.assertEqual(self.project.one("SELECT count(*) FROM subjects"), 1)
        self.sandbox.release()
        done = self.assert_exit(erasing.result(), 0)
        self.assertIn("mail's call to mayar is under way", done.err)
        self.assertEqual(done.json["cancelled"], 1)
        self.assertEqual(self.state("mail"), "done")
        self.assertEqual(self.raw("budi@example.com"), 0)
        self.assertEqual(self.daemon.stop(), 0)

    def test_call_of_a_dead_daemon_is_for_the_next_one(self):
        self.daemon.kill()
        done = self.assert_exit(self.erase("budi@example.com"), 4)
        self.assertIn("latchkey serve", done.err)
        self.assertEqual(self.project.one("SELECT count(*) FROM subjects"), 1)
        self.start().stop()
        self.assertEqual(self.state("mail"), "cancelled")
        self.assert_exit(self.erase("budi@example.com"), 0)

    def test_held_job_is_decided_first(self):
        self.daemon.kill()
        self.start().stop()
        self.assertEqual(self.state("mail"), "held")
        done = self.erase("budi@example.com")
        self.assert_rejected(done, "recipient", "mail", "jobs close", code="wrong_state")
        self.assertEqual(self.state("later"), "queued")
        self.project.json("jobs", "close", "mail", "--sent", "--reason", "seen")
        self.assert_exit(self.erase("budi@example.com"), 0)


class Suppressed(ApiTest, Files):
    def test_running_daemon_rejects_too(self):
        self.assertEqual(self.link("cus_budi").status, 200)
        self.assert_exit(self.erase("cus_budi", "--suppress"), 0)
        self.assertEqual(self.raw("cus_budi"), 0)
        self.assert_error(self.link("cus_budi"), 422, "suppressed", "customerId")
        self.assert_serves()


if __name__ == "__main__":
    main()
