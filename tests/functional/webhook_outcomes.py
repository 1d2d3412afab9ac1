"""Every outcome of a job is told to the endpoints that want it, signed, at least once, whatever the daemon went through."""

import json

from batches import Batches, csv, people
from harness import main
from live import LiveTest, wait_until
from receiver import Receiver, secrets_of


class Outcomes(Batches, LiveTest):
    def setUp(self):
        super().setUp()
        secret_file = self.project.folder / "secrets/crm.webhook"
        self.assert_exit(self.project.run("key", "new", "webhook", secret_file), 0)
        self.receiver = Receiver(*secrets_of(secret_file))
        self.addCleanup(self.receiver.close)
        with self.project.config.open("a") as config:
            config.write(f'\n[[webhooks]]\nname = "crm"\nurl = "{self.receiver.url}"\n'
                         'secret_file = "secrets/crm.webhook"\nallow_private = true\n')

    def told(self, count):
        """(type, requestId) of each delivery, all of them verified."""
        deliveries = self.receiver.wait_for(count)
        self.assertTrue(all(delivery["verifiedBy"] for delivery in deliveries), deliveries)
        bodies = [json.loads(delivery["body"]) for delivery in deliveries]
        return [(body["type"], body["data"]["requestId"]) for body in bodies]

    def waiting(self):
        return self.project.json("webhook", "list").lines

    def test_each_outcome_once_and_a_held_job_twice(self):
        self.start()
        self.send("sent")
        self.send("unknown", "unknown+notfound@example.com")
        self.send("lost", "lost+cutafter@example.com")
        self.wait_for_state("lost", "held")
        self.project.json("jobs", "close", "lost", "--sent", "--reason", "the customer has it")
        self.project.json("send", "mayar", "later@example.com", "--request-id", "later", "--at", "2027-01-01T00:00:00Z")
        self.project.json("jobs", "cancel", "later")
        self.assertEqual(sorted(self.told(5)), [("job.cancelled", "later"), ("job.done", "lost"), ("job.done", "sent"),
                                                ("job.failed", "unknown"), ("job.held", "lost")])
        wait_until(lambda: not self.waiting(), "nothing waits any more")
        for delivery in self.receiver.deliveries():
            self.assertNotIn("@", delivery["body"])

    def test_end_of_a_batch_is_told_after_its_jobs(self):
        self.start()
        batch = self.submit(self.define(rows=csv(*people(2), "unknown+notfound@example.com")))
        wait_until(lambda: len(self.receiver.deliveries()) == 4, "three jobs and their batch are told")
        self.assertTrue(all(delivery["verifiedBy"] for delivery in self.receiver.deliveries()))
        bodies = [json.loads(delivery["body"]) for delivery in self.receiver.deliveries()]
        (end,) = [body["data"] for body in bodies if body["type"] == "batch.finished"]
        self.assertEqual((end["batch"], end["definition"], end["state"]), (batch["batch"], "onboarding", "finished"))
        self.assertEqual(end["counts"], {"done": 2, "failed": 1, "stale": 0, "cancelled": 0})
        self.assertFalse([body for body in bodies if "@" in json.dumps(body)])

    def test_endpoint_that_fails_is_asked_again_with_the_same_id(self):
        self.receiver.answer_next(500)
        self.start()
        self.send("sent")
        self.told(2)
        first, second = (delivery["headers"]["webhook-id"] for delivery in self.receiver.deliveries())
        self.assertEqual(first, second)
        wait_until(lambda: not self.waiting(), "nothing waits any more")

    def test_outcome_outlives_the_daemon(self):
        self.receiver.answer_next("hang")
        daemon = self.start()
        self.send("sent")
        self.receiver.wait_for(1)
        daemon.kill()
        self.assertEqual([event["body"]["data"]["requestId"] for event in self.waiting()], ["sent"])
        self.receiver.release()

    def test_gone_is_given_up_and_a_person_decides(self):
        self.receiver.answer_next(410)
        self.start()
        self.send("sent")
        wait_until(lambda: [event["givenUp"] for event in self.waiting()] == [True], "the message is given up")
        self.assertIn("webhook retry", self.project.run("doctor").out)
        self.assertEqual(self.project.json("webhook", "retry").json, {"planned": 1})
        self.told(2)
        wait_until(lambda: not self.waiting(), "nothing waits any more")

    def test_messages_of_an_endpoint_that_is_no_more_can_be_dropped(self):
        self.receiver.answer_next(410)
        daemon = self.start()
        self.send("sent")
        wait_until(lambda: [event["givenUp"] for event in self.waiting()] == [True], "the message is given up")
        daemon.stop()
        self.assertEqual(self.project.run("webhook", "drop").code, 2)
        self.assertEqual(self.project.json("webhook", "drop", "--endpoint", "crm").json, {"dropped": 1})
        self.assertEqual(self.waiting(), [])


if __name__ == "__main__":
    main()
