"""A second signal ends the grace: calls in flight are cut off and recorded as unknown (`shutdown`).

Both providers hang; the grace alone would be far longer than a test waits.
"""

import signal

from api import ApiTest
from harness import main
from live import wait_until


class SecondSignal(ApiTest):
    def configure(self):
        self.project.set("engine", "shutdown_grace", '"10m"')

    def test_stops_now(self):
        self.sandbox.order("hang")
        self.sandbox.order("hang", "nomos")
        self.send("mail")
        caller = self.waiting("cus_1", "link")
        wait_until(lambda: self.sandbox.hanging() == 2, "both calls hang")
        self.daemon.signal(signal.SIGTERM)
        self.daemon.wait_for_log("stopping: no more jobs are taken")
        self.assertIsNone(self.daemon.process.poll())
        self.daemon.signal(signal.SIGINT)
        self.assertEqual(self.daemon.wait(), 0)
        self.daemon.wait_for_log("stopping now")
        self.assertEqual(self.results("mail"), [("unknown", "shutdown")])
        self.assertEqual(self.state("mail"), "held")
        self.assertEqual(self.results("link"), [("unknown", "shutdown")])
        self.assertEqual(self.state("link"), "failed")
        self.assertEqual(caller.result().status, 503)
        self.assert_every_intent_has_one_result()
        self.assertEqual(self.project.entries()[-1]["type"], "daemon.stop")

        before = len(self.project.entries())
        self.start()
        self.assertEqual([entry["type"] for entry in self.project.entries()[before:]], ["daemon.start"])


if __name__ == "__main__":
    main()
