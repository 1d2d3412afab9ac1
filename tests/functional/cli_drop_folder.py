"""What is dropped into the folder of an enabled definition is taken once, when it is complete, or written down.

The daemon looks into every folder at the same time, and takes seconds between two looks: so what is tried lies in folders
of its own, and the looks are waited for together.
"""

import json
import time

from batches import csv, people
from harness import main
from live import InBackground, LiveTest, wait_until
from schedules import Schedules

WRITTEN_SECONDS = 12  # longer than two looks apart


class DropFolder(Schedules, LiveTest):
    def folder(self, name):
        (self.project.root / "jobs" / name).mkdir(parents=True)
        return self.define(name, sections={"recipients": {"folder": name}})

    def drop(self, folder, name, text):
        """In one step, as the documentation asks for."""
        self.project.file(name, text).rename(self.project.root / "jobs" / folder / name)

    def wait_for_batches(self, definition, count):
        return wait_until(lambda: (lambda all_: all_ if len(all_) == count else None)(self.batches_of(definition)),
                          f"{count} of {definition} are taken")

    def write_slowly(self, path):
        """Rows for longer than two looks are apart; returns how many, once the file is closed."""
        rows = people(2000)
        written = 0
        begun = time.monotonic()
        with open(path, "w", encoding="utf-8", buffering=1) as file:
            file.write("email\n")

            def write_on():
                nonlocal written
                file.write(rows[written] + "\n")
                written += 1
                return time.monotonic() - begun > WRITTEN_SECONDS
            wait_until(write_on, "it has been written for longer than two looks apart")
            self.assertEqual(self.batches_of("slow"), [])
        return written

    def test_files_of_many_kinds(self):
        definitions = {name: self.folder(name) for name in ("drop", "slow", "wrong", "edited", "gone")}
        for definition in definitions.values():
            self.enable(definition)
        self.drop("drop", "first.csv", csv("a@example.com"))
        self.drop("wrong", "wrong.csv", "name\nBudi\n")
        self.drop("gone", "gone.csv", csv("gone@example.com"))
        daemon = self.start()
        slow = InBackground(lambda: self.write_slowly(self.project.root / "jobs/slow/slow.csv"))
        edited = definitions["edited"]
        edited.write_text(edited.read_text() + "# another\n")
        (self.project.root / "jobs/gone/gone.csv").unlink()

        self.wait_for_batches("drop", 1)
        self.drop("drop", "copy.csv", csv("a@example.com"))
        self.drop("drop", "second.csv", csv("b@example.com", "c@example.com"))
        self.drop("drop", "notes.txt", "not a file of recipients")
        self.check_wrong_file()
        self.check_changed_definition(daemon, edited)

        daemon.wait_for_log("copy.csv was taken before")
        batches = self.wait_for_batches("drop", 2)
        self.assertEqual([self.recipients(batch["batch"]) for batch in batches],
                         [["a@example.com"], ["b@example.com", "c@example.com"]])
        written = slow.result()
        wait_until(lambda: [batch["state"] for batch in self.batches_of("slow")][:1] in (["open"], ["finished"]),
                   "all of it is stored")
        self.assertEqual([batch["jobs"] for batch in self.batches_of("slow")], [written])
        self.wait_for_batches("edited", 1)
        # One that was there for a moment only is nobody's trouble.
        self.assertEqual((self.batches_of("gone"), self.schedules()["gone"]["last"]), ([], []))
        self.check_restart(daemon)

    def check_wrong_file(self):
        wait_until(lambda: self.schedules()["wrong"]["last"], "it is written down")
        [skipped] = self.schedules()["wrong"]["last"]
        self.assertEqual((skipped["state"], skipped["batch"]), ("skipped", None))
        self.assertNotIn("Budi", json.dumps(self.project.entries()))

    def check_changed_definition(self, daemon, definition):
        """Disarmed within seconds, told, and what is dropped waits until it is armed anew."""
        wait_until(lambda: "schedule.disabled" in [entry["type"] for entry in self.project.entries()], "it is disarmed")
        wait_until(lambda: "schedule_disarmed" in self.warnings_of(daemon), "/readyz tells of it")
        self.drop("edited", "third.csv", csv("d@example.com"))
        self.assertEqual(self.batches_of("edited"), [])
        self.enable(definition)

    def check_restart(self, daemon):
        """A daemon that starts anew takes none of them again."""
        daemon.stop()
        self.start().wait_for_log("second.csv was taken before")
        self.assertEqual(len(self.batches_of("drop")), 2)
        self.assertEqual(len(self.schedules()["wrong"]["last"]), 1)

    def test_enabling_shows_what_lies_there(self):
        definition = self.folder("drop")
        self.drop("drop", "first.csv", csv("a@example.com"))
        done = self.assert_exit(self.project.run("schedule", "enable", definition), 0)
        self.assertIn("1 file in", done.out)
        self.assertIn("drop: first.csv by mayar", done.out)


if __name__ == "__main__":
    main()
