"""A file of recipients that vanishes, grows or is cut while somebody works with it: all of a batch, or nothing of it."""

import os

from batches import Batches, csv, people
from harness import main
from live import InBackground, LiveTest, wait_until

ROWS = 6000  # more than a second of storing


class MovingFiles(Batches, LiveTest):
    def setUp(self):
        super().setUp()
        self.definition = self.define(rows=csv(*people(ROWS)))
        self.file = self.project.root / "jobs/onboarding.csv"

    def submit_and_meanwhile(self, change):
        """What a submission comes to when the file is changed while its jobs are being stored."""
        submission = InBackground(lambda: self.project.run("--json", "batch", "submit", self.definition))
        wait_until(lambda: self.project.job_count() > 0, "the first jobs are stored")
        change()
        self.assertTrue(submission.running, "the file was changed too late")
        return submission.result()

    def assert_abandoned(self, done):
        """A clear message, and nothing of what was stored is ever sent."""
        self.assert_exit(done, 3)
        self.assertIn("the file changed while it was being read", done.json["error"]["message"])
        [batch] = self.batches()
        self.assertEqual(batch["state"], "abandoned")
        self.assertEqual(batch["counts"]["cancelled"], sum(batch["counts"].values()))
        self.assertEqual(self.entries_of(batch["batch"], "batch.submitted"), [])
        self.start()
        again = self.submit(self.define(name="probe", rows=csv("probe@example.com")))["batch"]
        wait_until(lambda: self.batch(again)["counts"]["done"], "the daemon sends what is to be sent")
        self.assertEqual(self.sandbox.sends(), 1)

    def append(self, *rows):
        with open(self.file, "a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in rows)

    def test_vanishes_between_preview_and_submission(self):
        self.assertEqual(self.preview(self.definition)["jobs"], ROWS)
        before = self.project.snapshot()
        self.file.unlink()
        done = self.assert_exit(self.project.run("--json", "batch", "submit", self.definition), 4)
        self.assertIn("onboarding.csv cannot be opened: check that it exists and may be read", done.json["error"]["message"])
        self.assertIn("onboarding.csv", done.err)
        self.assertEqual(self.project.snapshot(), before)
        self.assertEqual(self.batches(), [])

    def test_becomes_a_folder(self):
        self.file.unlink()
        self.file.mkdir()
        done = self.assert_exit(self.project.run("--json", "batch", "submit", self.definition), 4)
        self.assertIn("is a folder, not a file", done.json["error"]["message"])
        self.assertEqual(self.batches(), [])

    def test_grows_while_it_is_stored(self):
        self.assert_abandoned(self.submit_and_meanwhile(lambda: self.append("late@example.com")))

    def test_is_cut_while_it_is_stored(self):
        self.assert_abandoned(self.submit_and_meanwhile(lambda: os.truncate(self.file, self.file.stat().st_size // 2)))

    def test_submitted_again_once_it_stays_the_same(self):
        self.assert_exit(self.submit_and_meanwhile(lambda: self.append("late@example.com")), 3)
        again = self.submit(self.definition)
        self.assertEqual((again["created"], again["state"], again["jobs"]), (True, "open", ROWS + 1))

    def test_vanishes_while_it_is_stored(self):
        """It was open: what was previewed is what is stored."""
        self.assert_exit(self.submit_and_meanwhile(self.file.unlink), 0)
        [batch] = self.batches()
        self.assertEqual((batch["state"], batch["counts"]["queued"]), ("open", ROWS))

    def test_is_replaced_while_it_is_stored(self):
        """As an editor does it: the old file goes on to be read."""
        other = self.project.file("other.csv", csv("other@example.com"))
        self.assert_exit(self.submit_and_meanwhile(lambda: other.rename(self.file)), 0)
        [batch] = self.batches()
        self.assertEqual((batch["state"], batch["counts"]["queued"]), ("open", ROWS))


if __name__ == "__main__":
    main()
