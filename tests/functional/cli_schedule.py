"""What `schedule enable` has armed fires by itself, once each time, and exactly as somebody looked at it."""

import time
from datetime import datetime, timedelta, timezone

from api import exchange, head
from batches import csv
from harness import main
from live import LiveTest, wait_until
from schedules import Schedules

AHEAD_SECONDS = 3  # enough to enable it, on a machine that is busy


def local(**ahead):
    """A time in UTC, as [schedule] at has it."""
    return (datetime.now(timezone.utc) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S")


class Times(Schedules, LiveTest):
    def once(self, name="once", rows=None, **schedule):
        return self.define(name, rows or csv("a@example.com"), sections={
            "schedule": {"at": local(seconds=AHEAD_SECONDS), "timezone": "UTC", **schedule}})

    def weekly(self, name="weekly", **top):
        return self.define(name, csv("a@example.com"), sections={
            "schedule": {"cron": "0 9 * * MON", "timezone": "Asia/Jakarta"}}, **top)

    def test_enabled_shows_what_it_would_do_and_when(self):
        definition = self.weekly()
        armed = self.enable(definition)
        self.assertEqual((armed["state"], armed["changed"], armed["why"]), ("armed", True, None))
        self.assertEqual(len(armed["next"]), 3)
        first = datetime.fromisoformat(armed["next"][0][:-1])
        self.assertEqual((first.weekday(), first.hour, first.minute), (0, 2, 0))
        self.assertEqual(armed["previews"][0]["jobs"], 1)
        self.assertEqual(armed["previews"][0]["firstDueAt"], armed["next"][0])
        self.assertFalse(self.enable(definition)["changed"])
        text = self.project.run("schedule", "list").out
        self.assertIn("weekly armed", text)
        self.assertEqual(text.count("09:00:00 Asia/Jakarta"), 3)
        self.assertEqual([entry["type"] for entry in self.project.entries()][-1], "schedule.enabled")

    def test_disabled_by_name_or_file(self):
        definition = self.weekly()
        for word in ("weekly", definition):
            self.enable(definition)
            self.assertEqual(self.project.json("schedule", "disable", word, "--reason", "not now").json["state"], "disabled")
            self.assertEqual(self.schedules(), {})
        self.assert_rejected(self.project.run("--json", "schedule", "disable", "weekly"), "schedule", code="not_found")

    def test_nothing_to_fire_at(self):
        plain = self.define("plain", csv("a@example.com"))
        self.assert_rejected(self.project.run("--json", "schedule", "enable", plain), "schedule", code="wrong_state")
        over = self.define("over", csv("a@example.com"), sections={
            "schedule": {"at": local(days=-1), "timezone": "UTC"}})
        self.assert_rejected(self.project.run("--json", "schedule", "enable", over), "schedule.at", code="wrong_state")
        self.assertEqual(self.schedules(), {})

    def test_fires_once_at_its_time(self):
        self.start()
        self.enable(self.once())
        [batch] = wait_until(lambda: self.batches_of("once"), "it has fired")
        wait_until(lambda: self.batch(batch["batch"])["finishedAt"], "its batch has ended")
        self.assertEqual(self.sandbox.sends(), 1)
        schedule = self.schedules()["once"]
        self.assertEqual(schedule["next"], [])
        self.assertEqual([(one["state"], one["batch"]) for one in schedule["last"]], [("submitted", batch["batch"])])
        self.assertEqual(schedule["last"][0]["nominal"], batch["nominal"])

    def test_missed_is_recorded_and_told(self):
        definition = self.once(catch_up="1s")
        self.enable(definition)
        after = time.time() + AHEAD_SECONDS + 1
        wait_until(lambda: time.time() > after, "its time is over")
        daemon = self.start()
        wait_until(lambda: self.schedules()["once"]["last"], "it is written down")
        [missed] = self.schedules()["once"]["last"]
        self.assertEqual((missed["state"], missed["batch"]), ("missed", None))
        [finding] = self.findings("schedule once")
        self.assertEqual(finding["severity"], "warning")
        self.assertIn("1 run was missed", finding["text"])
        wait_until(lambda: "runs_missed" in self.warnings_of(daemon), "/readyz tells of it")
        metrics = exchange(daemon.health, head("GET", "/metrics")).body.decode()
        self.assertIn('latchkey_schedules{state="armed"} 1\n', metrics)
        self.assertIn("latchkey_schedule_runs_missed 1\n", metrics)
        self.assertEqual(self.batches(), [])

    def test_changed_file_does_not_fire(self):
        """Whoever looks is told at once; the daemon finds out before it fires."""
        daemon = self.start()
        definition = self.once()
        self.enable(definition)
        definition.write_text(definition.read_text() + "# another\n")
        self.assertEqual(self.schedules()["once"]["state"], "disarmed")
        [finding] = self.findings("schedule once")
        self.assertEqual(finding["severity"], "error")
        self.assertIn(f"latchkey schedule enable {definition}", finding["mend"])
        wait_until(lambda: "schedule_disarmed" in self.warnings_of(daemon), "/readyz tells of it")
        self.assertEqual(self.batches(), [])
        self.assertIn("schedule.disabled", [entry["type"] for entry in self.project.entries()])

    def test_file_that_does_not_hold_any_more(self):
        definition = self.weekly()
        self.enable(definition)
        definition.write_text("name = 7\n")
        self.assertIn("does not hold", self.schedules()["weekly"]["why"])
        definition.unlink()
        self.assertIn("cannot be read", self.schedules()["weekly"]["why"])
        self.project.json("schedule", "disable", definition)


if __name__ == "__main__":
    main()
