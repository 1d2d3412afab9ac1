"""`latchkey batch submit` stores a run of a definition once, and leaves out and says whom it does not write to."""

from datetime import datetime, timedelta, timezone

from batches import Batches, csv, people
from harness import FunctionalTest, main


class Submit(Batches, FunctionalTest):
    def rejected(self, definition, field, *words, options=(), code="invalid_request"):
        before = self.project.snapshot()
        self.assert_rejected(self.project.run("--json", "batch", "submit", definition, *options), field, *words, code=code)
        self.assertEqual(self.project.snapshot(), before)

    def test_twice_does_nothing_the_second_time_and_says_so(self):
        definition = self.define(rows=csv("a@example.com", "b@example.com"))
        first = self.submit(definition)
        self.assertTrue(first["created"])
        self.assertEqual((first["state"], first["jobs"], first["nominal"]), ("open", 2, first["recipientsDigest"]))
        self.assertEqual(self.recipients(first["batch"]), ["a@example.com", "b@example.com"])
        before = self.project.snapshot()
        second = self.submit(definition)
        self.assertFalse(second["created"])
        self.assertEqual(second["batch"], first["batch"])
        text = self.assert_exit(self.project.run("batch", "submit", definition), 0).out
        self.assertIn(f"It was submitted before, as {first['batch']} (open, 2 jobs): nothing was changed.", text)
        self.assertEqual(self.project.snapshot(), before)

    def test_again_takes_a_reason(self):
        definition = self.define(rows=csv("a@example.com"), min_interval="0s")
        first = self.submit(definition)
        for options in (["--again"], ["--reason", "why not"]):
            self.assert_exit(self.project.run("batch", "submit", definition, *options), 2)
        self.rejected(definition, "reason", options=["--again", "--reason", ""])
        again = self.submit(definition, "--again", "--reason", "the first mail had the wrong link")
        self.assertNotEqual(again["batch"], first["batch"])
        self.assertEqual((again["jobs"], again["reason"]), (1, "the first mail had the wrong link"))
        [entry] = self.entries_of(again["batch"], "batch.submitted")
        self.assertEqual(entry["reason"], "the first mail had the wrong link")
        self.assertEqual([batch["batch"] for batch in self.batches("--definition", "onboarding")],
                         [first["batch"], again["batch"]])
        self.assertEqual(self.batches("--newest", "--limit", "1")[0]["batch"], again["batch"])
        self.assertEqual(self.batches("--definition", "nobody"), [])

    def test_broken_rows_end_it_or_are_left_out(self):
        rows = csv("a@example.com", "nonsense", "b@example.com", "more nonsense")
        definition = self.define(rows=rows)
        before = self.project.snapshot()
        done = self.assert_exit(self.project.run("--json", "batch", "submit", definition), 3)
        self.assertEqual(done.errors, [(3, "email"), (5, "email")])
        self.assertIn("2 of 4 rows are broken", done.json["error"]["message"])
        self.assertNotIn("nonsense", done.json["error"]["message"])
        self.assertEqual(self.project.snapshot(), before)
        definition = self.define(rows=rows, sections={"recipients": {"file": "onboarding.csv", "broken": "skip"}})
        done = self.project.json("batch", "submit", definition)
        self.assertEqual((done.json["jobs"], done.json["plan"]["broken"]), (2, 2))
        self.assertIn('"line":3', done.err)

    def test_whom_it_leaves_out_is_recorded(self):
        self.submit(self.define("first", csv("near@example.com")))
        self.submit(self.define(rows=csv("a@example.com"), min_interval="0s"))
        batch = self.submit(self.define(rows=csv("a@example.com", "b@example.com", "B@Example.com", "near@example.com")))
        self.assertEqual(batch["plan"]["skipped"], {"min_interval": 1, "duplicate": 1, "already_sent": 1})
        self.assertEqual(self.recipients(batch["batch"]), ["b@example.com"])
        codes = [entry["code"] for entry in self.entries_of(batch["batch"], "recipient.skipped")]
        self.assertEqual(codes, ["already_sent", "duplicate", "min_interval"])
        text = self.project.run("batch", "show", batch["batch"]).out
        self.assertIn("left out: already_sent 1, duplicate 1, min_interval 1", text)

    def test_too_long_for_within(self):
        definition = self.define(rows=csv(*people(100)), sections={"pace": {"within": "2m"}})
        self.rejected(definition, "pace.within", "expected at least")

    def test_link_by_mail_to_the_address_that_a_row_gives(self):
        rows = "Kunde;Mail\n".replace(";", ",") + "cus_1,budi@example.com\ncus_2,siti@example.com\n"
        sections = {"recipients": {"file": "links.csv", "columns": {"customerId": "Kunde", "deliverTo": "Mail"}}}
        definition = self.define("links", rows, "nomos", sections, handover="email")
        self.rejected(definition, "handover", "email is off", code="no_handover")
        for key, value in {"host": "localhost", "security": "starttls", "from": "portal@example.com"}.items():
            self.project.set("smtp", key, f'"{value}"')
        batch = self.submit(definition)
        self.assertEqual(self.recipients(batch["batch"]), ["cus_1", "cus_2"])
        self.assertEqual([mail for (mail,) in self.project.rows("SELECT deliver_to FROM subjects ORDER BY recipient")],
                         ["budi@example.com", "siti@example.com"])

    def test_columns_have_the_names_that_the_file_gives_them(self):
        rows = "Name,E-Mail\nBudi,budi@example.com\n"
        self.assert_exit(self.project.run("batch", "submit", self.define(rows=rows)), 3)
        definition = self.define(rows=rows, sections={
            "recipients": {"file": "onboarding.csv", "columns": {"email": "E-Mail"}}})
        self.assertEqual(self.recipients(self.submit(definition)["batch"]), ["budi@example.com"])
        other = self.project.file("other.csv", "E-Mail\nsiti@example.com\n")
        self.assertEqual(self.recipients(self.submit(definition, "--recipients", other)["batch"]), ["siti@example.com"])

    def test_at_plans_it_for_that_time(self):
        def at(**ahead):
            moment = (datetime.now(timezone.utc) + timedelta(**ahead)).replace(microsecond=0, tzinfo=None)
            return moment, {"schedule": {"at": moment.isoformat(), "timezone": "UTC"}}
        moment, sections = at(days=2)
        definition = self.define(rows=csv("a@example.com"), sections=sections)
        batch = self.submit(definition)
        self.assertEqual(batch["plan"]["firstDueAt"], moment.isoformat() + ".000Z")
        self.assertEqual(self.project.json("jobs", "list", "--batch", batch["batch"]).lines[0]["dueAt"],
                         moment.isoformat() + ".000Z")
        _, sections = at(days=-2)
        past = self.define("past", csv("b@example.com"), sections=sections)
        self.rejected(past, "schedule.at", "its time is over", code="wrong_state")
        begun = self.submit(past, "--again", "--reason", "it was forgotten")
        self.assertEqual(begun["jobs"], 1)
        # Its time is over by now, and still it says that nothing is to be done.
        definition = self.define(rows=csv("a@example.com"), sections=sections)
        self.assertFalse(self.submit(definition)["created"])

    def test_what_the_configuration_does_not_have(self):
        self.rejected(self.define(rows=csv("a@example.com"), on_complete="crm"), "on_complete", "[[webhooks]]")
        self.rejected(self.define(rows=csv("a@example.com"), lifetime="45m"), "lifetime", "at most 15m")

    def test_large_one(self):
        """Several transactions, and the same to whoever looks."""
        definition = self.define(rows=csv(*people(3000)), sections={"pace": {"within": "1d"}})
        batch = self.submit(definition)
        self.assertEqual((batch["jobs"], batch["state"], batch["counts"]["queued"]), (3000, "open", 3000))
        self.assertEqual(self.submit(definition)["batch"], batch["batch"])
        self.assertEqual(self.project.job_count(), 3000)
        self.assert_exit(self.project.run("audit", "verify"), 0)


if __name__ == "__main__":
    main()
