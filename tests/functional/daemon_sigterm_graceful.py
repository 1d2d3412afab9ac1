"""SIGTERM lets calls in flight finish, takes nothing new, tells callers who wait, and ends with 0.

A call hangs when the signal comes; another job is queued after it; the call is let go.
"""

import signal

from api import ApiTest
from harness import main
from live import wait_until


class Graceful(ApiTest):
    def setUp(self):
        super().setUp()
        self.sandbox.order("hang")
        self.send("in-flight")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")

    def stop_begins(self):
        self.daemon.signal(signal.SIGTERM)
        self.daemon.wait_for_log("stopping: no more jobs are taken")

    def test_call_in_flight_ends_well_and_no_other_begins(self):
        self.stop_begins()
        self.send("too-late")
        self.sandbox.release()
        self.assertEqual(self.daemon.wait(), 0)
        self.assertEqual(self.state("in-flight"), "done")
        self.assertEqual(self.results("in-flight"), [("accepted", None)])
        self.assertEqual(self.types("too-late"), ["job.accepted"])
        self.assertEqual(self.sandbox.sends(), 1)
        self.assertEqual(self.project.entries()[-1]["type"], "daemon.stop")

        self.start()
        self.wait_for_state("too-late", "done")
        self.assertEqual(self.sandbox.sends(), 2)

    def test_link_under_way_is_still_handed_over(self):
        self.sandbox.order("hang", "nomos")
        caller = self.waiting("cus_1", "link-1", wait="30s")
        wait_until(lambda: self.sandbox.hanging() == 2, "the mint hangs")
        self.stop_begins()
        self.sandbox.release()
        self.assertEqual(caller.result().status, 200)
        self.assertEqual(self.daemon.wait(), 0)
        self.assertEqual(self.state("link-1"), "done")
        self.assertEqual(self.types("link-1")[-1], "handover.result")

    def test_callers_are_told_at_once(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        caller = self.waiting("cus_1", "link-1", wait="30s")
        self.stop_begins()
        self.assert_error(caller.result(), 503, "shutdown")
        self.assertEqual(self.types("link-1"), ["job.accepted", "job.cancelled"])
        self.assert_error(self.link("cus_2"), 503, "try_later")
        self.sandbox.release()
        self.assertEqual(self.daemon.wait(), 0)

    def test_grace_ends(self):
        self.daemon.kill()
        self.project.set("engine", "shutdown_grace", '"100ms"')
        self.daemon = self.start()
        self.sandbox.order("hang")
        self.send("hangs-on")
        wait_until(lambda: self.sandbox.sends() == 2, "the second call hangs")
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual(self.results("hangs-on"), [("unknown", "shutdown")])
        self.assertEqual(self.state("hangs-on"), "held")


if __name__ == "__main__":
    main()
