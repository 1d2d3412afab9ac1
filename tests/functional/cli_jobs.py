"""`latchkey jobs` lists, shows, cancels, releases and closes; recipients are shown only where that is recorded."""

import subprocess

from harness import LATCHKEY, FunctionalTest, at, main

MEMBERS = ["requestId", "provider", "state", "handover", "handoverState", "dueAt", "expiresAt", "attempts", "outcome",
           "code", "batch", "reprocessOf", "reprocessedAs", "createdAt", "finishedAt", "seq"]


class Jobs(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "a-1")
        self.project.run("send", "mayar", "siti@example.com", "--request-id", "b-2", "--at", at(hours=-1))
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "c-3", "--at", at(hours=1))

    def ids(self, *words):
        return [job["requestId"] for job in self.project.json("jobs", "list", *words).lines]

    def jobs(self, *words):
        return self.project.run("--json", "jobs", *words)

    def test_list_prints_the_agreed_members_oldest_first(self):
        jobs = self.project.json("jobs", "list").lines
        self.assertEqual([job["requestId"] for job in jobs], ["a-1", "b-2", "c-3"])
        for job in jobs:
            self.assertEqual(list(job), MEMBERS)
        self.assertEqual((jobs[1]["state"], jobs[1]["code"]), ("stale", "expired_before_send"))
        self.assertIsNotNone(jobs[1]["finishedAt"])

    def test_list_filters(self):
        self.assertEqual(self.ids("--state", "stale"), ["b-2"])
        self.assertEqual(self.ids("--state", "stale", "--state", "queued"), ["a-1", "b-2", "c-3"])
        self.assertEqual(self.ids("--state", "stale,held"), ["b-2"])
        self.assertEqual(self.ids("--provider", "nomos"), [])
        self.assertEqual(self.ids("--code", "expired_before_send"), ["b-2"])
        self.assertEqual(self.ids("--outcome", "accepted"), [])
        self.assertEqual(self.ids("--recipient", "Budi@EXAMPLE.com"), ["a-1", "c-3"])
        self.assertEqual(self.ids("--recipient", "budi@example.com", "--newest"), ["c-3", "a-1"])
        self.assertEqual(self.ids("--recipient", "nobody@example.com"), [])
        self.assertEqual(self.ids("--limit", "2"), ["a-1", "b-2"])
        self.assertEqual(self.ids("--newest", "--limit", "1"), ["c-3"])
        self.assertEqual(self.ids("--since", "1h"), ["a-1", "b-2", "c-3"])
        self.assertEqual(self.ids("--until", "1h ago"), [])
        self.assertEqual(self.ids("--from", at(hours=1)), [])

    def test_list_names_the_bad_filter(self):
        self.assert_rejected(self.jobs("list", "--state", "quued"), "state", "did you mean queued")
        self.assert_rejected(self.jobs("list", "--provider", "x"), "provider", "mayar")
        self.assert_rejected(self.jobs("list", "--outcome", "acepted"), "outcome", "did you mean accepted")
        self.assert_rejected(self.jobs("list", "--code", "rate_limit"), "code", "did you mean rate_limited")
        self.assert_rejected(self.jobs("list", "--since", "yesterday"), "from", "2h")
        self.assert_rejected(self.jobs("list", "--to", "2026-01-01"), "to")
        self.assert_rejected(self.jobs("list", "--limit", "0"), "limit")
        self.assert_rejected(self.jobs("list", "--limit", "1x"), "limit")
        self.assert_rejected(self.jobs("list", "--recipient", "budi"), "recipient", "@")
        self.assert_rejected(self.jobs("list", "--recipient", "budi@example.com", "--provider", "nomos"), "recipient")

    def test_table_for_people_holds_no_recipient(self):
        done = self.assert_exit(self.project.run("jobs", "list"), 0)
        lines = done.out.splitlines()
        self.assertTrue(lines[0].startswith("REQUEST ID  PROVIDER  STATE"), done)
        self.assertEqual(lines[-1], "3 jobs, times in WIB")
        self.assertNotIn("@", done.out)
        self.assertNotIn("\033", done.out)

    def test_reveal_is_recorded_before_it_shows(self):
        jobs = self.project.json("jobs", "list", "--reveal").lines
        self.assertEqual([job["recipient"] for job in jobs],
                         ["budi@example.com", "siti@example.com", "budi@example.com"])
        self.assertEqual(self.project.json("jobs", "show", "a-1", "--reveal").json["recipient"], "budi@example.com")
        self.assertEqual([entry["type"] for entry in self.project.entries()[-2:]], ["audit.reveal"] * 2)

    def test_listing_writes_nothing(self):
        before = self.project.snapshot()
        self.project.json("jobs", "list")
        self.project.json("jobs", "show", "a-1")
        self.assertEqual(self.project.snapshot(), before)

    def test_show_tells_the_whole_story(self):
        shown = self.project.json("jobs", "show", "b-2").json
        self.assertEqual(list(shown), MEMBERS + ["linkExpiresAt", "entries"])
        self.assertEqual([entry["type"] for entry in shown["entries"]], ["job.accepted", "job.refused"])
        text = self.project.run("jobs", "show", "b-2").out
        self.assertIn("its time ran out before the request was written", text)
        self.assertNotIn("@", text)

    def test_cancel_with_a_reason(self):
        done = self.assert_exit(self.jobs("cancel", "a-1", "--reason", "ordered by mistake"), 0)
        self.assertEqual(done.json["state"], "cancelled")
        last = self.project.entries()[-1]
        self.assertEqual((last["type"], last["reason"], last["prev"]), ("job.cancelled", "ordered by mistake", 2))

    def test_actions_that_the_state_forbids(self):
        before = self.project.snapshot()
        self.assert_rejected(self.jobs("cancel", "b-2"), "requestId", "stale", code="wrong_state")
        self.assert_rejected(self.jobs("release", "a-1"), "requestId", "held", code="wrong_state")
        self.assert_rejected(self.jobs("close", "a-1", "--sent", "--reason", "seen"), "requestId", "held",
                             code="wrong_state")
        for words in (["show"], ["cancel"], ["release"], ["close", "--sent", "--reason", "seen"]):
            done = self.jobs(words[0], "nothing", *words[1:])
            self.assert_rejected(done, "requestId", "no job", code="not_found")
        self.assertEqual(self.project.snapshot(), before)

    def test_reason_never_holds_what_the_ledger_must_not(self):
        before = self.project.snapshot()
        for reason in ("", "for budi@example.com", "cus_1", "see https://example.com", "x" * 201, "a\nb"):
            self.assert_rejected(self.jobs("cancel", "a-1", "--reason", reason), "reason")
        self.assertEqual(self.project.snapshot(), before)

    def test_close_wants_to_know_how_it_ended(self):
        for words in (["--reason", "x"], ["--sent"], ["--sent", "--not-sent", "--reason", "x"]):
            self.assert_exit(self.jobs("close", "a-1", *words), 2)

    def test_reader_who_leaves_is_no_error(self):
        with subprocess.Popen([LATCHKEY, "--config", self.project.config, "--json", "jobs", "list"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listing:
            listing.stdout.close()
            self.assertEqual(listing.stderr.read(), b"")
            self.assertEqual(listing.wait(), 0)


if __name__ == "__main__":
    main()
