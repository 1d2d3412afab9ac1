"""`latchkey jobs prune` takes old finished jobs out of the queue, and nothing out of the ledger.

The commands that must find jobs old run on a clock that is a hundred days ahead; see shifted_clock.c.
"""

import hashlib

from clocks import Clocks
from harness import at, main
from live import LiveTest

DAYS = 24 * 3600


class Prune(LiveTest):
    def setUp(self):
        super().setUp()
        self.clocks = Clocks(self.project.root)
        for request_id, email in (("b-2", "siti@example.com"), ("a-1", "budi@example.com")):
            self.project.run("send", "mayar", email, "--request-id", request_id, "--at", at(hours=-1))
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "c-3", "--at", at(days=200))
        self.clocks.sleep(100 * DAYS)

    def later(self, *words, **options):
        """A command, a hundred days from now."""
        return self.project.run("--json", *words, env=self.clocks.env, **options)

    def states(self):
        return dict(self.project.rows("SELECT request_id, state FROM jobs"))

    def test_old_finished_jobs_go_and_every_entry_stays(self):
        before = self.project.entries()
        counted = self.assert_exit(self.later("jobs", "prune", "--older-than", "90d", "--dry-run"), 0).json
        self.assertEqual((counted["jobs"], counted["dryRun"]), (2, True))
        self.assertEqual(self.project.entries(), before)
        self.assertEqual(len(self.states()), 3)

        pruned = self.assert_exit(self.later("jobs", "prune", "--older-than", "90d"), 0).json
        self.assertEqual(pruned["jobs"], 2)
        self.assertEqual(self.states(), {"c-3": "queued"})
        entries = self.project.entries()
        self.assertEqual(entries[:len(before)], before)
        (last,) = entries[len(before):]
        self.assertEqual((last["type"], last["count"], last["cutOff"]), ("jobs.pruned", 2, pruned["cutOff"]))
        self.assertEqual(last["digest"], hashlib.sha256(b"a-1\nb-2\n").hexdigest())
        for request_id, last_seq in self.project.rows("SELECT request_id, last_seq FROM pruned_jobs"):
            self.assertEqual(entries[last_seq]["requestId"], request_id)

        self.assertEqual(self.later("jobs", "prune", "--older-than", "90d").json["jobs"], 0)
        self.assertEqual(self.project.entries(), entries)
        self.assert_exit(self.later("audit", "verify"), 0)

    def test_name_of_a_pruned_job_stays_taken_at_every_door(self):
        self.later("jobs", "prune", "--older-than", "90d")
        done = self.later("send", "mayar", "budi@example.com", "--request-id", "a-1")
        self.assert_rejected(done, "requestId", "pruned", code="request_id_used")
        rows = self.project.file("rows.csv", "requestId,email\nnew,x@example.com\na-1,budi@example.com\n")
        done = self.later("send", "--provider", "mayar", "--file", rows)
        self.assertEqual(done.errors, [(3, "requestId")], done)
        self.assertEqual(self.states(), {"c-3": "queued"})

    def test_show_says_pruned_and_tells_the_story(self):
        self.later("jobs", "prune", "--older-than", "90d")
        shown = self.later("jobs", "show", "a-1").json
        self.assertTrue(shown["pruned"])
        self.assertEqual([entry["type"] for entry in shown["entries"]], ["job.accepted", "job.refused"])
        self.assertIn("Pruned: ", self.project.run("jobs", "show", "a-1").out)

    def test_what_is_young_or_not_finished_stays(self):
        self.assertEqual(self.later("jobs", "prune", "--older-than", "101d").json["jobs"], 0)
        self.assertEqual(len(self.states()), 3)

    def test_bad_ages(self):
        for age, words in (("5m", "1h"), ("soon", "90d"), ("90", "90d"), ("40000d", "1970")):
            self.assert_rejected(self.later("jobs", "prune", "--older-than", age), "older-than", words)
        self.assert_exit(self.project.run("jobs", "prune"), 2)

    def test_retention_of_subjects_erases_who_has_no_job_left(self):
        self.project.set("retention", "subjects", '"30d"')
        pruned = self.later("jobs", "prune", "--older-than", "90d").json
        self.assertEqual((pruned["jobs"], pruned["subjects"], pruned["copies"]), (2, 1, 0))
        self.assertEqual(self.project.rows("SELECT recipient FROM subjects"), [("budi@example.com",)])
        last = self.project.entries()[-1]
        self.assertEqual(last["type"], "subject.erased")
        self.assertIn("retention", last["reason"])
        self.assert_exit(self.later("audit", "verify"), 0)
        for name in ("latchkey.db", "latchkey.db-wal"):
            path = self.project.folder / "data" / name
            self.assertNotIn(b"siti@", path.read_bytes() if path.exists() else b"")

    def test_wrong_retention_settings_are_named(self):
        self.project.set("retention", "subject", '"30d"')
        self.project.set("retention", "subjects", '"1h"')
        done = self.project.run("--json", "jobs", "list")
        self.assert_rejected(done, "retention.subject", 'did you mean "subjects"')
        self.assert_rejected(done, "retention.subjects", "1d")

    def test_daemon_goes_on_meanwhile(self):
        rows = "requestId,email\n" + "".join(f"old-{i},old-{i}@example.com\n" for i in range(4000))
        self.project.run("send", "--provider", "mayar", "--file", self.project.file("rows.csv", rows), "--at",
                         at(hours=-1))
        daemon = self.start(env=self.clocks.env)
        pruned = self.later("jobs", "prune", "--older-than", "90d").json
        self.assertEqual(pruned["jobs"], 4002)
        counts = [entry["count"] for entry in self.project.entries() if entry["type"] == "jobs.pruned"]
        self.assertEqual(sum(counts), 4002)
        self.later("send", "mayar", "new@example.com", "--request-id", "new", "--wait")
        self.assertEqual(self.sandbox.sends(), 1)
        self.assertNotIn("could not be written", daemon.log())
        self.assertEqual(daemon.stop(), 0)
        self.assert_exit(self.later("audit", "verify"), 0)


if __name__ == "__main__":
    main()
