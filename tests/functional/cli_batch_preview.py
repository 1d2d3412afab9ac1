"""`latchkey batch preview` says what a definition would send, and when, and writes nothing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from batches import Batches, csv, people
from harness import FunctionalTest, main

JAKARTA = ZoneInfo("Asia/Jakarta")


def monday(hour):
    """The clocks of Jakarta, on a Monday to come."""
    now = datetime.now(JAKARTA)
    day = now + timedelta(days=7 - now.weekday())
    return day.replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=None)


class Preview(Batches, FunctionalTest):
    def test_counts_and_writes_nothing(self):
        self.project.run("audit", "erase", "--recipient", "gone@example.com", "--suppress", "--reason", "wants no mail")
        self.submit(self.define("other", csv("near@example.com")))
        first = self.define(rows=csv("a@example.com", "b@example.com"), min_interval="0s")
        self.submit(first)
        definition = self.define(rows=csv("a@example.com", "b@example.com", "c@example.com", "C@Example.com",
                                          "no address", "gone@example.com", "near@example.com"))
        before = self.project.snapshot()
        preview = self.preview(definition)
        self.assertEqual(self.project.snapshot(), before)
        self.assertEqual((preview["rows"], preview["valid"], preview["broken"], preview["jobs"]), (7, 6, 1, 1))
        self.assertEqual(preview["skipped"], {"already_sent": 2, "duplicate": 1, "min_interval": 1, "suppressed": 1})
        self.assertEqual([(error["line"], error["field"]) for error in preview["errors"]], [(6, "email")])
        self.assertIn("broken_rows", self.warnings(preview))
        text = self.assert_exit(self.project.run("batch", "preview", definition), 0).out
        for words in ("line 6, email: ", "already_sent  2  an earlier run of onboarding has sent to them",
                      "Warning: 1 row is broken"):
            self.assertIn(words, text)

    def test_what_the_limit_makes_of_it(self):
        preview = self.preview(self.define(rows=csv(*people(400))))
        self.assertEqual((preview["rate"], preview["marginPercent"], preview["jobsPerHour"]), ("20/min", 10, 1080))
        self.assertEqual(preview["lastsMs"] // 1000, 1330)
        text = self.project.run("batch", "preview", self.project.root / "jobs/onboarding.toml").out
        self.assertIn("mayar admits 20/min, 10 % left to others: 1,080 jobs an hour; 400 jobs take 22 min 10 s.", text)
        span = datetime.fromisoformat(preview["lastDueAt"][:-1]) - datetime.fromisoformat(preview["firstDueAt"][:-1])
        self.assertAlmostEqual(span.total_seconds(), 399 * 10 / 3, delta=2)

    def test_begins_at_the_local_time_that_it_gives(self):
        at = monday(9)
        preview = self.preview(self.define(
            rows=csv("a@example.com"), sections={"schedule": {"at": at.isoformat(), "timezone": "Asia/Jakarta"}}))
        self.assertEqual(preview["firstDueAt"], (at - timedelta(hours=7)).isoformat() + ".000Z")
        text = self.project.run("batch", "preview", self.project.root / "jobs/onboarding.toml").out
        self.assertIn(f"Mon {at:%Y-%m-%d} 09:00:00 Asia/Jakarta", text)

    def test_what_is_outside_the_window_moves_to_later_days(self):
        """Ten times what the window admits in a day ends ten working days later, and says on which."""
        self.project.set("providers.mayar", "rate", '"60/h"')
        at = monday(8)
        definition = self.define(rows=csv(*people(540)), sections={
            "schedule": {"at": at.isoformat(), "timezone": "Asia/Jakarta"},
            "window": {"days": "MON-FRI", "from": "08:00", "to": "09:00"}})
        preview = self.preview(definition)
        self.assertEqual((preview["window"], preview["jobsPerDay"]), ("MON-FRI 08:00-09:00", 54))
        days = list(preview["days"])
        self.assertEqual(list(preview["days"].values()), [54] * 10)
        self.assertEqual(days[0], f"{at:%Y-%m-%d}")
        self.assertEqual(days[-1], f"{at + timedelta(days=11):%Y-%m-%d}")
        self.assertIn("several_days", self.warnings(preview))
        text = self.project.run("batch", "preview", definition).out
        self.assertIn(f"486 jobs move to later days, and it ends on Fri {days[-1]}", text)
        self.assertIn("The window is MON-FRI 08:00-09:00 Asia/Jakarta: 54 jobs a day.", text)

    def test_longer_than_until_the_next_run(self):
        self.project.set("providers.mayar", "rate", '"60/h"')
        preview = self.preview(self.define(rows=csv(*people(100)), sections={
            "schedule": {"cron": "0 * * * *", "timezone": "Europe/Berlin"}}))
        self.assertIn("outlasts_schedule", self.warnings(preview))

    def test_longer_than_it_may_take(self):
        preview = self.preview(self.define(rows=csv(*people(100)), sections={"pace": {"within": "2m"}}))
        self.assertIn("beyond_within", self.warnings(preview))

    def test_says_that_it_was_submitted(self):
        definition = self.define(rows=csv("a@example.com"))
        batch = self.submit(definition)["batch"]
        preview = self.preview(definition)
        self.assertEqual(preview["submittedAs"], batch)
        self.assertIn("already_submitted", self.warnings(preview))
        self.assertIn("no_jobs", self.warnings(preview))

    def test_recipients_of_a_drop_folder_are_named(self):
        definition = self.define(sections={"recipients": {"folder": "drop"}})
        self.assert_rejected(self.project.run("--json", "batch", "preview", definition), "recipients", "--recipients FILE")
        preview = self.preview(definition, "--recipients", self.project.file("new.csv", csv("a@example.com")))
        self.assertEqual(preview["jobs"], 1)

    def test_provider_that_is_off(self):
        (self.project.folder / "secrets/mayar.key").write_text("")
        done = self.project.run("--json", "batch", "preview", self.define(rows=csv("a@example.com")))
        self.assert_rejected(done, "provider", "mayar is off", code="provider_off")


if __name__ == "__main__":
    main()
