"""`latchkey send --file` stores all rows or none, tells every broken one by line, and adds nothing the second time."""

import re

from harness import FunctionalTest, at, main

GOOD = """requestId,email,at,lifetime
r-1,budi@example.com,,
r-2,siti@example.com,,10m
r-3,ayu@example.com,,
"""

BROKEN = """requestId,email,lifetime
r-1,budi@example.com,
r-2,siti,
r-3,ayu@example.com,2h
r 4,eko,soon
r-1,dewi@example.com,
r-6,rini@example.com,
"""


class SendFile(FunctionalTest):
    def send(self, path, *words, **options):
        return self.project.run("--json", "send", "--file", path, "--provider", "mayar", *words, **options)

    def test_prints_one_object_for_each_row(self):
        done = self.assert_exit(self.send(self.project.file("good.csv", GOOD)), 0)
        self.assertEqual([job["requestId"] for job in done.lines], ["r-1", "r-2", "r-3"])
        for job in done.lines:
            self.assertEqual(list(job), ["requestId", "state", "dueAt", "expiresAt", "seq", "created"])
        self.assertEqual(self.project.job_count(), 3)

    def test_same_file_again_adds_nothing(self):
        path = self.project.file("good.csv", "email\nbudi@example.com\nsiti@example.com\nbudi@example.com\n")
        first = self.assert_exit(self.send(path), 0)
        before = self.project.snapshot()
        again = self.assert_exit(self.send(path), 0)
        self.assertEqual([job["created"] for job in again.lines], [False] * 3)
        self.assertEqual([job["requestId"] for job in again.lines], [job["requestId"] for job in first.lines])
        self.assertEqual(self.project.snapshot(), before)
        done = self.project.run("send", "--file", path, "--provider", "mayar")
        self.assertIn("3 rows: 0 new, 3 already there.", done.out)
        self.assertIn("nothing was added", done.out)

    def test_broken_rows_are_told_by_line_and_nothing_is_stored(self):
        before = self.project.snapshot()
        done = self.assert_exit(self.send(self.project.file("broken.csv", BROKEN)), 3)
        self.assertEqual(done.errors, [(3, "email"), (4, "lifetime"), (5, "requestId"), (5, "email"), (5, "lifetime"),
                                       (6, "requestId")])
        self.assertIn("4 rows of 6 are broken; nothing was queued", done.err)
        self.assertTrue(re.search(r"^  line 3  email +has no ", done.err, re.M), done)
        self.assertEqual(self.project.snapshot(), before)

    def test_skip_invalid_queues_the_rest(self):
        done = self.assert_exit(self.send(self.project.file("broken.csv", BROKEN), "--skip-invalid"), 0)
        self.assertEqual([job["requestId"] for job in done.lines], ["r-1", "r-6"])
        self.assertIn('"line":6', done.err)

    def test_file_of_broken_rows_only_is_rejected_even_so(self):
        path = self.project.file("broken.csv", "email\nbudi\n")
        self.assert_exit(self.send(path, "--skip-invalid"), 3)

    def test_row_that_conflicts_with_a_stored_job_is_a_broken_row(self):
        self.project.json("send", "mayar", "someone@example.com", "--request-id", "r-2")
        before = self.project.snapshot()
        done = self.assert_exit(self.send(self.project.file("good.csv", GOOD)), 3)
        self.assertEqual(done.errors, [(3, "requestId")])
        self.assertEqual(self.project.snapshot(), before)

    def test_rows_beyond_the_limit_are_rejected_before_anything_is_stored(self):
        self.project.set("providers.mayar", "rate", '"6/h"')
        before = self.project.snapshot()
        path = self.project.file("good.csv", GOOD)
        done = self.assert_exit(self.send(path), 3)
        self.assertEqual(done.errors, [(3, "at")])  # admitted after ten minutes, which is its lifetime
        self.assertIn("2 of 3 rows cannot be sent while they are fresh", done.err)
        self.assertEqual(self.assert_exit(self.send(path, "--skip-invalid"), 3).errors, [(3, "at")])
        self.assertEqual(self.project.snapshot(), before)
        paced = self.assert_exit(self.send(path, "--pace"), 0)
        due = [job["dueAt"] for job in paced.lines]
        self.assertEqual(due, sorted(due))
        self.assertGreater(due[2], at(minutes=19))

    def test_summary_for_people(self):
        path = self.project.file("named.csv", "email,name\nbudi@example.com,Budi\nsiti@example.com,Siti\n")
        done = self.assert_exit(self.project.run("send", "--file", path, "--provider", "mayar"), 0)
        self.assertIn("2 rows: 2 new.", done.out)
        self.assertIn("mayar admits 20/min, so 2 jobs take 3 s at least.", done.out)
        self.assertIn("No daemon is running", done.out)
        self.assertEqual(done.err, "latchkey: not read, because nothing here knows them: name\n")
        self.assertNotIn("@", done.out)

    def test_at_and_lifetime_of_the_command_hold_for_rows_without_their_own(self):
        due = at(hours=3)
        path = self.project.file("good.csv", GOOD)
        jobs = self.assert_exit(self.send(path, "--at", due, "--lifetime", "5m"), 0).lines
        self.assertEqual({job["dueAt"] for job in jobs}, {due})
        spans = self.project.rows("SELECT lifetime FROM jobs ORDER BY id")
        self.assertEqual(spans, [(300_000,), (600_000,), (300_000,)])
        self.assert_rejected(self.send(path, "--at", "tomorrow"), "at")

    def test_reads_json_lines_from_stdin(self):
        done = self.send("-", stdin='{"requestId":"j-1","email":"budi@example.com"}\n{"email":"siti@example.com"}\n')
        self.assert_exit(done, 0)
        self.assertEqual(done.lines[0]["requestId"], "j-1")

    def test_stale_rows_are_stored_and_answered_with_no(self):
        path = self.project.file("late.csv", f"email,at\nbudi@example.com,{at(hours=-1)}\nsiti@example.com,\n")
        done = self.assert_exit(self.send(path), 1)
        self.assertEqual([job["state"] for job in done.lines], ["stale", "queued"])

    def test_large_file_becomes_takeable_as_one(self):
        rows = "".join(f"user{i}@example.com\n" for i in range(1200))
        done = self.assert_exit(self.send(self.project.file("large.csv", "email\n" + rows), "--pace"), 0)
        self.assertEqual(len(done.lines), 1200)
        self.assertEqual(self.project.rows("SELECT DISTINCT complete FROM imports"), [(1,)])
        self.assertEqual(self.project.one("SELECT count(*) FROM jobs WHERE import = 0"), 0)

    def test_unusable_files(self):
        self.assert_exit(self.send(self.project.root / "missing.csv"), 4)
        self.assert_exit(self.send(self.project.root), 4)
        self.assert_exit(self.send(self.project.file("empty.csv", "")), 3)
        self.assert_exit(self.send(self.project.file("other.csv", "customerId\ncus_1\n")), 3)
        self.assert_exit(self.send(self.project.file("binary.csv", b"email\n\xff\xfe\n")), 3)

    def test_nomos_rows_have_nobody_who_waits(self):
        path = self.project.file("nomos.csv", "customerId\ncus_1\n")
        done = self.project.run("--json", "send", "--file", path, "--provider", "nomos")
        self.assert_rejected(done, "handover", code="no_handover")

    def test_options_that_do_not_go_with_a_file(self):
        path = self.project.file("good.csv", GOOD)
        for words in (["--wait"], ["--request-id", "x"], ["--handover", "reply"]):
            self.assert_exit(self.send(path, *words), 2)


if __name__ == "__main__":
    main()
