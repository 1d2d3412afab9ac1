"""The wall clock is set while the daemon runs: nothing stale becomes fresh again, and no gate stays shut for it.

The daemon's clocks are shifted under its feet; see shifted_clock.c.
"""

from clocks import Clocks
from harness import main
from live import LiveTest, wait_until

HOUR = 3600
MINUTE = 60


class ClockIsSet(LiveTest):
    def setUp(self):
        super().setUp()
        self.clocks = Clocks(self.project.root)
        self.set_provider("mayar", rate="30/min")
        self.start(env=self.clocks.env)

    def jump(self, seconds):
        self.clocks.set_wall(seconds)
        entry = wait_until(lambda: next((one for one in self.project.entries() if one["type"] == "clock.jump"), None),
                           "the jump is on record")
        self.assertEqual(entry["direction"], "back" if seconds < 0 else "forward")
        self.assertAlmostEqual(entry["ms"], abs(seconds) * 1000, delta=1000)

    def queue_behind_a_pause(self):
        self.project.json("provider", "pause", "mayar", "--reason", "test")
        self.send("waits", None, "--lifetime", "10m")

    def resume(self):
        self.project.json("provider", "resume", "mayar")

    def test_set_back_a_job_still_expires_by_elapsed_time(self):
        self.queue_behind_a_pause()
        self.jump(-HOUR)
        self.clocks.sleep(11 * MINUTE)
        self.wait_for_state("waits", "stale")
        self.resume()
        self.assertEqual(self.types("waits"), ["job.accepted", "job.refused"])
        self.assertEqual(self.sandbox.sends(), 0)

    def test_set_back_a_fresh_job_is_still_sent(self):
        self.queue_behind_a_pause()
        self.jump(-HOUR)
        self.resume()
        self.wait_for_state("waits", "done")

    def test_set_forward_a_job_is_stale(self):
        self.queue_behind_a_pause()
        self.jump(HOUR)
        self.wait_for_state("waits", "stale")
        self.resume()
        self.assertEqual(self.sandbox.sends(), 0)

    def test_set_back_the_gate_opens_when_it_would_have(self):
        self.send("first")
        self.send("second")
        self.wait_for_state("first", "done")
        self.jump(-HOUR)
        self.wait_for_state("second", "done")


if __name__ == "__main__":
    main()
