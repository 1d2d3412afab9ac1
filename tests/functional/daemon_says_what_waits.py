"""Whoever is on call learns from the log, and from `send --wait`, what keeps jobs from being sent.

The log names a provider's pause when it begins and at every start, and counts what is held or queued at a start.
"""

from api import ApiTest
from harness import main
from live import LiveTest, wait_until


class WhatWaits(LiveTest):
    def test_log_names_a_pause_by_the_daemon_itself(self):
        daemon = self.start()
        self.sandbox.order("unauthorized")
        self.send("refused")
        daemon.wait_for_log("provider paused provider=mayar by=system: the provider does not accept our credentials")
        daemon.stop()
        self.start().wait_for_log("provider paused provider=mayar by=system")

    def test_log_of_a_start_counts_what_is_held_and_queued(self):
        daemon = self.start()
        self.sandbox.order("drop", count=2)
        for request_id in ("one", "two"):
            self.send(request_id)
            self.wait_for_state(request_id, "held")
        daemon.stop()
        self.assertNotIn("jobs held", daemon.log())
        self.project.json("provider", "pause", "mayar", "--reason", "maintenance")
        self.send("three")
        daemon = self.start()
        daemon.wait_for_log("jobs held provider=mayar count=2")
        daemon.wait_for_log("jobs queued provider=mayar count=1")
        daemon.wait_for_log("provider paused provider=mayar by=uid:")

    def test_whoever_waits_is_told_of_a_pause_once(self):
        self.start()
        self.project.json("provider", "pause", "mayar", "--reason", "maintenance")
        result = self.project.run("send", "mayar", "budi@example.com", "--request-id", "one", "--lifetime", "4s", "--wait")
        self.assertEqual(result.code, 1, result)
        self.assertEqual(result.err.count("one waits: mayar is paused (maintenance)"), 1, result)
        self.assertIn("one stale", result.out)


class GivenUp(ApiTest):
    def test_a_job_that_nobody_waits_for_any_more_says_so(self):
        self.project.json("provider", "pause", "nomos", "--reason", "maintenance")
        self.assertEqual(self.link("cus_1", requestId="click", wait="1s").status, 504)
        wait_until(lambda: self.state("click") == "cancelled", "click is cancelled")
        self.assertIn("nobody was waiting for the link any more", self.project.run("jobs", "show", "click").out)


if __name__ == "__main__":
    main()
