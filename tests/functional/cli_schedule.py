"""What `schedule enable` has armed fires by itself, once each time, and exactly as somebody looked at it."""

import json
import time
from datetime import datetime, timedelta, timezone

from api import exchange, head
from batches import Batches, csv, people
from harness import main
from live import LiveTest, wait_until


def local(**ahead):
    """A time in UTC, as [schedule] at has it."""
    return (datetime.now(timezone.utc) + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%S")


class Schedules(Batches, LiveTest):
    def once(self, name="once", rows=None, **schedule):
        return self.define(name, rows or csv("a@example.com"), sections={
            "schedule": {"at": local(seconds=6), "timezone": "UTC", **schedule}})

    def weekly(self, name="weekly", **top):
        return self.define(name, csv("a@example.com"), sections={
            "schedule": {"cron": "0 9 * * MON", "timezone": "Asia/Jakarta"}}, **top)

    def enable(self, definition):
        return self.project.json("schedule", "enable", definition).json

    def schedules(self):
        return {schedule["definition"]: schedule for schedule in self.project.json("schedule", "list").lines}

    def findings(self, about):
        return [finding for finding in self.project.run("--json", "doctor").lines if finding["about"] == about]

    def warnings_of(self, daemon):
        return [note["code"] for note in exchange(daemon.health, head("GET", "/readyz")).json["warnings"]]

    def batches_of(self, definition):
        return self.batches("--definition", definition)


class Times(Schedules):
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
        after = time.time() + 8
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


class DropFolder(Schedules):
    def setUp(self):
        super().setUp()
        self.definition = self.define("drop", sections={"recipients": {"folder": "drop"}})
        self.folder = self.project.root / "jobs/drop"
        self.folder.mkdir()

    def drop(self, name, text):
        """In one step, as the documentation asks for."""
        self.project.file(name, text).rename(self.folder / name)

    def test_each_file_is_taken_once(self):
        daemon = self.start()
        self.enable(self.definition)
        self.drop("first.csv", csv("a@example.com"))
        wait_until(lambda: self.batches_of("drop"), "it is taken")
        self.drop("copy.csv", csv("a@example.com"))
        daemon.wait_for_log("copy.csv was taken before")
        self.drop("second.csv", csv("b@example.com", "c@example.com"))
        self.drop("notes.txt", "not a file of recipients")
        batches = wait_until(lambda: (lambda all_: all_ if len(all_) == 2 else None)(self.batches_of("drop")), "the second one")
        self.assertEqual([self.recipients(batch["batch"]) for batch in batches],
                         [["a@example.com"], ["b@example.com", "c@example.com"]])
        # A daemon that starts anew takes none of them again.
        daemon.stop()
        daemon = self.start()
        daemon.wait_for_log("second.csv was taken before")
        self.assertEqual(len(self.batches_of("drop")), 2)

    def test_enabling_shows_what_lies_there(self):
        self.drop("first.csv", csv("a@example.com"))
        done = self.assert_exit(self.project.run("schedule", "enable", self.definition), 0)
        self.assertIn("1 file in", done.out)
        self.assertIn("drop: first.csv by mayar", done.out)

    def test_half_written_file_waits_until_it_is_complete(self):
        self.start()
        self.enable(self.definition)
        rows = people(2000)
        written = 0
        begun = time.monotonic()
        with open(self.folder / "slow.csv", "w", encoding="utf-8", buffering=1) as file:
            file.write("email\n")

            def write_on():
                nonlocal written
                file.write(rows[written] + "\n")
                written += 1
                return time.monotonic() - begun > 12  # the daemon looks every 5 s
            wait_until(write_on, "it has been written for longer than two looks apart")
            self.assertEqual(self.batches_of("drop"), [])
        wait_until(lambda: [batch["state"] for batch in self.batches_of("drop")] == ["open"], "all of it is stored")
        self.assertEqual(self.batches_of("drop")[0]["jobs"], written)

    def test_file_of_no_use_is_written_down_and_told(self):
        self.start()
        self.enable(self.definition)
        self.drop("wrong.csv", "name\nBudi\n")
        wait_until(lambda: self.schedules()["drop"]["last"], "it is written down")
        [skipped] = self.schedules()["drop"]["last"]
        self.assertEqual((skipped["state"], skipped["batch"]), ("skipped", None))
        self.assertNotIn("Budi", json.dumps(self.project.entries()))

    def test_changed_definition_is_disarmed_within_seconds(self):
        daemon = self.start()
        self.enable(self.definition)
        daemon.wait_for_log("started")
        self.definition.write_text(self.definition.read_text() + "# another\n")
        wait_until(lambda: "schedule.disabled" in [entry["type"] for entry in self.project.entries()], "it is disarmed")
        wait_until(lambda: "schedule_disarmed" in self.warnings_of(daemon), "/readyz tells of it")
        self.drop("first.csv", csv("a@example.com"))
        self.enable(self.definition)
        wait_until(lambda: self.batches_of("drop"), "it is taken once it is armed anew")


if __name__ == "__main__":
    main()
