"""Files and definitions that are not what they should be end a batch before it begins, with a message that helps."""

import os
import time

from batches import Batches, csv
from harness import FunctionalTest, main


class BadInput(Batches, FunctionalTest):
    def rejected(self, definition, *words, field=""):
        before = self.project.snapshot()
        for command in ("preview", "submit"):
            done = self.assert_exit(self.project.run("--json", "batch", command, definition), 3)
            text = str(done.json["error"])
            for word in words:
                self.assertIn(word, text)
            if field:
                self.assertIn(field, [error["field"] for error in done.json["error"]["errors"]], done)
        self.assertEqual(self.project.snapshot(), before)

    def test_two_gigabytes_of_nothing(self):
        definition = self.define(rows=csv("a@example.com"))
        with open(self.project.root / "jobs/onboarding.csv", "ab") as file:
            os.truncate(file.fileno(), 2 * 1024 ** 3)
        begun = time.monotonic()
        self.rejected(definition, "64 KiB")
        self.assertLess(time.monotonic() - begun, 20)

    def test_no_header(self):
        self.rejected(self.define(rows="budi@example.com\nsiti@example.com\n"), "header")

    def test_empty_file(self):
        self.rejected(self.define(rows=""), "header")

    def test_wrong_header(self):
        self.rejected(self.define(rows="customerId\ncus_1\n"), "email")
        self.rejected(self.define(rows="Email\nbudi@example.com\n"), "Email")

    def test_latin_1(self):
        self.rejected(self.define(rows="email,name\nbudi@example.com,Großmann\n".encode("latin-1")), "UTF-8")

    def test_file_that_is_not_there(self):
        definition = self.define()
        for command in ("preview", "submit"):
            done = self.assert_exit(self.project.run("--json", "batch", command, definition), 4)
            self.assertIn("cannot be opened", done.json["error"]["message"])
        self.assertEqual(self.batches(), [])

    def test_rows_have_no_times_of_their_own(self):
        self.assertEqual(self.preview(self.define(rows="email,at\nbudi@example.com,2027-01-01T00:00:00Z\n"))["broken"], 1)

    def test_definition_that_is_wrong(self):
        schedule = {"cron": "0 9 * * MON", "timezone": "Asia/Jakata"}
        self.rejected(self.define(sections={"schedule": schedule}), "Asia/Jakarta", field="schedule.timezone")
        schedule = {"cron": "0 9 31 2 *", "timezone": "Asia/Jakarta"}
        self.rejected(self.define(sections={"schedule": schedule}), "never", field="schedule.cron")
        self.rejected(self.define(sections={"pase": {"margin": "10%"}}), "pace", field="pase")
        done = self.assert_exit(self.project.run("--json", "batch", "preview", self.project.root / "nothing.toml"), 4)
        self.assertIn("nothing.toml", done.json["error"]["message"])

    def test_batch_that_is_none(self):
        for words in (["show", "nobody"], ["pause", "nobody", "--reason", "x"], ["resume", "nobody", "--reason", "x"],
                      ["cancel", "nobody", "--reason", "x"]):
            self.assert_rejected(self.project.run("--json", "batch", *words), "batch", code="not_found")
        self.assert_exit(self.project.run("batch", "cancel", "nobody"), 2)


if __name__ == "__main__":
    main()
