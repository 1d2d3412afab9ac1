"""A batch that is under way is followed, paused, resumed and cancelled, and what was promised of it happens."""

from batches import Batches, csv, people
from harness import at, main
from live import InBackground, LiveTest, wait_until


class Under(Batches, LiveTest):
    def setUp(self):
        super().setUp()
        # One a second or so: slow enough to be met on the way.
        self.set_provider("mayar", rate="60/min")

    def counts(self, batch):
        return self.batch(batch)["counts"]

    def wait_for_done(self, batch, least):
        wait_until(lambda: self.counts(batch)["done"] >= least, f"{least} of {batch} are done")

    def act(self, action, batch, **options):
        return self.project.json("batch", action, batch, "--reason", "a test", **options).json

    def test_cancelled_on_the_way(self):
        self.start()
        batch = self.submit(self.define(rows=csv(*people(20))))["batch"]
        self.wait_for_done(batch, 1)
        cancelled = self.act("cancel", batch)
        self.assertEqual(cancelled["state"], "cancelled")
        self.assertEqual(cancelled["counts"]["queued"], 0)
        end = wait_until(lambda: (lambda now: now if now["finishedAt"] else None)(self.batch(batch)), "it has ended")
        self.assertEqual(end["counts"]["done"] + end["counts"]["cancelled"], 20)
        self.assertEqual(end["counts"]["cancelled"], cancelled["cancelledNow"])
        self.assertEqual(self.sandbox.sends(), end["counts"]["done"])
        self.assertEqual(len([entry for entry in self.project.entries() if entry["type"] == "job.cancelled"]),
                         end["counts"]["cancelled"])
        self.assertEqual(len(self.entries_of(batch, "batch.finished")), 1)
        self.assert_rejected(self.project.run("--json", "batch", "cancel", batch, "--reason", "x"), "batch",
                             code="wrong_state")
        self.assert_exit(self.project.run("audit", "verify"), 0)

    def test_cancelled_without_a_daemon(self):
        batch = self.submit(self.define(rows=csv(*people(700)), lifetime="15m"))["batch"]
        text = self.assert_exit(self.project.run("batch", "cancel", batch, "--reason", "the wrong file"), 0).out
        self.assertIn(f"{batch} is cancelled: 700 jobs will not be sent, 0 had been.", text)
        self.assertIsNotNone(self.batch(batch)["finishedAt"])

    def test_paused_takes_nothing_and_resumed_goes_on(self):
        self.start()
        batch = self.submit(self.define(rows=csv(*people(6))))["batch"]
        self.wait_for_done(batch, 1)
        paused = self.act("pause", batch)
        self.assertEqual(paused["state"], "paused")
        self.assertIsNotNone(paused["firstStaleAt"])
        self.assertGreater(paused["lastStaleAt"], paused["firstStaleAt"])
        # What ran when it was paused finishes; later than all of the batch is due, another job is sent.
        self.send("marker", None, "--at", at(seconds=8))
        self.wait_for_state("marker", "done")
        counts = self.counts(batch)
        self.assertLessEqual(counts["done"], paused["counts"]["done"] + paused["counts"]["running"])
        self.assertGreater(counts["queued"], 0)
        self.assert_rejected(self.project.run("--json", "batch", "pause", batch, "--reason", "x"), "batch",
                             code="wrong_state")
        before = self.project.rows("SELECT request_id, due_at FROM jobs WHERE batch = ? AND state = 'queued'", batch)
        self.assertEqual(self.act("resume", batch)["state"], "open")
        wait_until(lambda: self.batch(batch)["finishedAt"], "it has ended")
        self.assertEqual(self.counts(batch)["done"], 6)
        for request_id, due_at in before:
            self.assertEqual(self.project.one("SELECT due_at FROM jobs WHERE request_id = ?", request_id), due_at)

    def test_paused_jobs_go_stale_on_time(self):
        self.start()
        batch = self.submit(self.define(rows=csv(*people(3)), lifetime="4s"))["batch"]
        text = self.project.run("batch", "pause", batch, "--reason", "the portal is down").out
        self.assertIn("goes stale at", text)
        wait_until(lambda: self.counts(batch)["queued"] == 0, "its time is over")
        self.assertGreater(self.counts(batch)["stale"], 0)
        text = self.project.run("batch", "resume", batch, "--reason", "the portal is back").out
        self.assertIn("went stale", text)
        shown = self.batch(batch)
        self.assertEqual(shown["state"], "finished")
        self.assertEqual(shown["failures"], {"stale": shown["counts"]["stale"]})

    def test_followed_to_its_end(self):
        self.start()
        definition = self.define(rows=csv("a@example.com", "b+notfound@example.com", "c@example.com"))
        done = self.assert_exit(self.project.run("--json", "batch", "submit", definition, "--follow"), 1)
        submitted, *steps, last = done.lines
        self.assertTrue(submitted["created"])
        self.assertTrue(all(step["finishedAt"] is None for step in steps))
        self.assertEqual((last["state"], last["counts"]["done"], last["counts"]["failed"]), ("finished", 2, 1))
        self.assertEqual(last["failures"], {"email_not_registered": 1})
        # Without a terminal: a line for each change, and in the end the whole.
        text = self.assert_exit(self.project.run("batch", "show", submitted["batch"], "--follow"), 1).out
        self.assertIn("finished: done 2, failed 1", text)
        self.assertIn("3 of 3", text)
        self.assertIn("the provider knows no customer with this email", text)
        good = self.define("good", csv("d@example.com"))
        self.assert_exit(self.project.run("batch", "submit", good, "--follow"), 0)

    def test_follower_is_there_before_the_daemon(self):
        batch = self.submit(self.define(rows=csv("a@example.com")))["batch"]
        follower = InBackground(lambda: self.project.run("--json", "batch", "show", batch, "--follow"))
        self.start()
        self.assertEqual(self.assert_exit(follower.result(), 0).lines[-1]["counts"]["done"], 1)


if __name__ == "__main__":
    main()
