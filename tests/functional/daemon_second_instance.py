"""A second daemon on the same database ends with 75 and leaves the first one alone.

The first one's epoch stays, and it goes on sending.
"""

from harness import main
from live import LiveTest


class SecondInstance(LiveTest):
    def test_second_ends_and_first_goes_on(self):
        daemon = self.start()
        before = self.project.snapshot()
        second = self.assert_exit(self.project.run("serve"), 75)
        self.assertIn(f"(pid {daemon.pid})", second.err)
        self.assertIn("latchkey.lock", second.err)
        self.assertEqual(self.project.snapshot(), before)
        self.send("still-sent")
        self.wait_for_state("still-sent", "done")
        self.assertEqual(daemon.stop(), 0)

    def test_migrate_keeps_out_too(self):
        self.start()
        self.assert_exit(self.project.run("migrate"), 75)

    def test_the_lock_goes_with_its_holder(self):
        self.start().kill()
        self.start()
        self.send("sent")
        self.wait_for_state("sent", "done")


if __name__ == "__main__":
    main()
