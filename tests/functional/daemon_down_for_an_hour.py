"""What went stale while no daemon ran is refused at its start and never sent; what is still fresh is sent.

Jobs are queued without a daemon, half of them with a lifetime that is over when it starts. Lifetimes of moments stand
for the hour.
"""

import time

from harness import main
from live import LiveTest, ledger_time, wait_until


class DownForAnHour(LiveTest):
    def test_stale_are_refused_and_fresh_are_sent(self):
        old = [f"old-{number}" for number in range(3)]
        fresh = [f"fresh-{number}" for number in range(3)]
        for request_id in old:
            self.send(request_id, None, "--lifetime", "300ms")
        for request_id in fresh:
            self.send(request_id)
        last = max(ledger_time(self.story(request_id)[0]["expiresAt"]) for request_id in old)
        wait_until(lambda: time.time() > last, "the old jobs are stale")

        self.start()
        for request_id in fresh:
            self.wait_for_state(request_id, "done")
        for request_id in old:
            self.wait_for_state(request_id, "stale")
            accepted, refused = self.story(request_id)
            self.assertEqual((refused["type"], refused["code"]), ("job.refused", "expired_before_send"))
            self.assertEqual(refused["expiresAt"], accepted["expiresAt"])
        self.assertEqual(sorted(self.sandbox.counts()["requestIds"]), fresh)

    def test_a_retry_that_was_planned_before_is_no_second_life(self):
        daemon = self.start()
        self.sandbox.order("error500")
        self.project.set("retry", "most", '"1h"')
        self.send("retried", None, "--lifetime", "1s")
        wait_until(lambda: self.results("retried"), "the first attempt has failed")
        daemon.kill()
        expires = ledger_time(self.story("retried")[0]["expiresAt"])
        wait_until(lambda: time.time() > expires, "the job is stale")
        if self.state("retried") != "queued":
            self.skipTest("this machine is too slow: the retry was over before the daemon was killed")
        self.start()
        self.wait_for_state("retried", "stale")
        self.assertEqual(self.sandbox.sends(), 1)


if __name__ == "__main__":
    main()
