"""`latchkey audit list` answers every question about the ledger as a look at all of its entries would."""

import json
import re
import sqlite3
from contextlib import closing

from api import ApiTest
from harness import at, main


class AuditList(ApiTest):
    def setUp(self):
        super().setUp()
        self.send("mail-1", "budi@example.com")
        self.wait_for_state("mail-1", "done")
        self.sandbox.order("notfound")
        self.send("mail-2", "siti@example.com")
        self.wait_for_state("mail-2", "failed")
        self.send("mail-3", "budi@example.com", "--at", at(hours=-1))
        self.waiting("cus_1", "link-1").result()
        self.wait_for_state("link-1", "done")
        self.sandbox.order("notfound", "nomos")
        self.waiting("cus_2", "link-2").result()
        self.wait_for_state("link-2", "failed")
        self.project.json("provider", "pause", "mayar", "--reason", "a look")
        self.daemon_entries = self.project.entries()

    def send(self, request_id, email=None, *options):
        return self.project.run("--json", "send", "mayar", email, "--request-id", request_id, *options)

    def ask(self, *words):
        return [entry["seq"] for entry in self.project.json("audit", "list", *words).lines]

    def check(self, fits, *words):
        """The answer is exactly the entries that fit, and there are some."""
        wanted = [entry["seq"] for entry in self.project.entries() if fits(entry)]
        self.assertTrue(wanted, words)
        self.assertEqual(self.ask(*words), wanted, words)
        self.assertEqual(self.ask(*words, "--newest"), wanted[::-1], words)

    def find(self, **members):
        return next(entry for entry in self.daemon_entries if members.items() <= entry.items())

    def test_each_option(self):
        result = self.find(type="attempt.result", requestId="link-2")
        budi = self.find(type="job.accepted", requestId="mail-1")["subject"]
        self.check(lambda e: e.get("requestId") == "mail-1", "--request-id", "mail-1")
        self.check(lambda e: e.get("subject") == budi, "--recipient", "Budi@EXAMPLE.com")
        self.check(lambda e: e.get("subject") == budi, "--recipient", "budi@example.com", "--provider", "mayar")
        self.check(lambda e: e.get("subject") == budi, "--subject", budi)
        self.check(lambda e: e.get("requestId") == "link-1", "--recipient", "cus_1")
        self.check(lambda e: e.get("provider") == "nomos", "--provider", "nomos")
        self.check(lambda e: e.get("outcome") == "rejected", "--outcome", "rejected")
        self.check(lambda e: e.get("outcome") == "accepted", "--outcome", "accepted")
        self.check(lambda e: e.get("code") == "email_not_registered", "--code", "email_not_registered")
        self.check(lambda e: e["type"] == "job.accepted", "--type", "job.accepted")
        self.check(lambda e: e["type"] == "provider.paused", "--type", "provider.paused")
        self.check(lambda e: e["actor"] == budi_actor(self), "--actor", budi_actor(self))
        self.check(lambda e: e.get("providerRequestId") == result["providerRequestId"], "--provider-request-id",
                   result["providerRequestId"])
        self.check(lambda e: e["seq"] >= 5, "--from-seq", "5")
        self.check(lambda e: e["seq"] < 5, "--to-seq", "5")
        self.check(lambda e: e["t"] >= result["t"], "--from", result["t"])
        self.check(lambda e: e["t"] < result["t"], "--to", result["t"])
        self.assertEqual(self.ask("--batch", "spring"), [])

    def test_options_together(self):
        self.check(lambda e: e.get("provider") == "mayar" and e["type"] == "attempt.result" and e["seq"] > 3,
                   "--provider", "mayar", "--type", "attempt.result", "--from-seq", "4")
        self.check(lambda e: e.get("code") == "email_not_registered" and e["type"] == "job.failed",
                   "--code", "email_not_registered", "--type", "job.failed")
        self.assertEqual(self.ask("--recipient", "siti@example.com", "--request-id", "mail-1"), [])
        self.assertEqual(self.ask("--recipient", "nobody@example.com"), [])
        self.assertEqual(self.ask("--request-id", "mail-1", "--outcome", "rejected"), [])

    def test_pages_joined_are_the_whole(self):
        for order in ([], ["--newest"]):
            whole = self.ask(*order)
            joined, cursor = [], []
            while True:
                done = self.project.json("audit", "list", "--limit", "4", *order, *cursor)
                joined += [entry["seq"] for entry in done.lines]
                if done.err.endswith("complete\n"):
                    break
                said = re.fullmatch(r"tree size (\d+), 4 entries, more follow: go on with --after (\d+)\n", done.err)
                self.assertEqual(int(said[1]), len(whole))
                cursor = ["--after", said[2]]
            self.assertEqual(joined, whole)

    def test_stdout_is_the_stored_bytes(self):
        done = self.project.json("audit", "list", "--code", "email_not_registered")
        stored = [entry for (entry,) in self.project.rows("SELECT entry FROM ledger ORDER BY seq")
                  if json.loads(entry).get("code") == "email_not_registered"]
        self.assertEqual(done.out.splitlines(), stored)

    def test_table_for_people(self):
        done = self.project.run("audit", "list", "--recipient", "budi@example.com")
        lines = done.out.splitlines()
        self.assertEqual(lines[0].split(), ["SEQ", "TIME", "TYPE", "REQUEST", "ID", "WHAT"])
        column = lines[0].index("REQUEST ID")
        self.assertTrue(all(line[column:].startswith("mail-") for line in lines[1:]), done.out)
        self.assertNotIn("budi", done.out)
        self.assertIn("complete", done.err)
        self.assertEqual(self.project.run("audit", "list", "--batch", "none").out, "No entry fits.\n")

    def test_pruned_job_is_still_answered_for(self):
        before = [self.ask("--request-id", "mail-1"), self.ask("--recipient", "budi@example.com")]
        shown = self.project.json("jobs", "show", "mail-1").json
        with closing(sqlite3.connect(self.project.folder / "data/latchkey.db")) as database, database:
            database.execute("INSERT INTO pruned_jobs SELECT request_id, last_seq FROM jobs WHERE request_id = 'mail-1'")
            database.execute("DELETE FROM jobs WHERE request_id = 'mail-1'")
        self.assertEqual([self.ask("--request-id", "mail-1"), self.ask("--recipient", "budi@example.com")], before)
        self.assertEqual(self.project.json("jobs", "show", "mail-1").json, {**shown, "pruned": True})
        text = self.project.run("jobs", "show", "mail-1").out
        self.assertIn("Pruned", text)
        self.assertIn("attempt 1", text)
        self.assertIn("attempt 1", self.project.run("audit", "show", "mail-1").out)
        self.assertEqual(len(self.project.json("audit", "show", "mail-1").lines), len(before[0]))
        self.assertEqual([job["requestId"] for job in
                          self.project.json("jobs", "list", "--recipient", "budi@example.com").lines], ["mail-3"])

    def test_bad_questions_name_their_option(self):
        for words in (["--from-seq", "x"], ["--to-seq", "-1"], ["--after", "1.5"], ["--outcome", "acepted"],
                      ["--provider", "x"], ["--code", "x"], ["--recipient", "budi"]):
            done = self.project.run("--json", "audit", "list", *words)
            self.assert_rejected(done, words[0].removeprefix("--"))
            self.assertEqual(done.err.count("\n"), 1)


def budi_actor(test):
    return test.find(type="job.accepted", requestId="mail-1")["actor"]


if __name__ == "__main__":
    main()
