"""A job that is stale when it is submitted is stored as stale at once, says so with exit 1, and is never called.

`send --at` lies in the past by more than a lifetime, while a daemon waits for work.
"""

from harness import at, main
from live import LiveTest


class AlreadyStale(LiveTest):
    def test_stored_and_refused_in_one_transaction(self):
        self.start()
        done = self.project.run("--json", "send", "mayar", "budi@example.com", "--request-id", "late", "--at",
                                at(hours=-1))
        self.assert_exit(done, 1)
        self.assertEqual(done.json["state"], "stale")
        accepted, refused = self.story("late")
        self.assertEqual((accepted["type"], refused["type"]), ("job.accepted", "job.refused"))
        self.assertEqual(refused["seq"], accepted["seq"] + 1)
        self.assertEqual((refused["t"], refused["code"]), (accepted["t"], "expired_before_send"))
        self.assertEqual(refused["expiresAt"], accepted["expiresAt"])

    def test_the_same_request_again_stays_stale(self):
        self.start()
        words = ("--json", "send", "mayar", "budi@example.com", "--request-id", "late", "--at", at(hours=-1))
        self.assert_exit(self.project.run(*words), 1)
        again = self.assert_exit(self.project.run(*words), 1)
        self.assertFalse(again.json["created"])
        self.send("next")
        self.wait_for_state("next", "done")
        self.assertEqual(self.types("late"), ["job.accepted", "job.refused"])
        self.assertEqual(list(self.sandbox.counts()["requestIds"]), ["next"])


if __name__ == "__main__":
    main()
