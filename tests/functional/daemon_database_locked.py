"""Another process keeps the database's write lock: the daemon sends nothing meanwhile, loses nothing, and goes on.

A lock is held until the daemon has said that it cannot write, while a call comes back and a caller asks for a link.
"""

import signal

from api import ApiTest
from harness import main
from live import InBackground, wait_until

COMPLAINT = "the turn could not be written"


class DatabaseLocked(ApiTest):
    def setUp(self):
        super().setUp()
        self.sandbox.order("hang")
        self.send("in-flight")
        wait_until(lambda: self.sandbox.hanging() == 1, "a call hangs")

    def test_nothing_is_lost_and_nothing_is_sent_unrecorded(self):
        with self.database_locked():
            self.sandbox.release()
            caller = InBackground(lambda: self.link("cus_1", requestId="link"))
            self.daemon.wait_for_log(COMPLAINT)
            self.assertEqual(self.sandbox.sends("nomos"), 0)
        self.wait_for_state("in-flight", "done")
        self.assertEqual(self.results("in-flight"), [("accepted", None)])
        self.assertEqual(caller.result().status, 200)
        self.assert_every_intent_has_one_result()
        self.assertEqual((self.sandbox.sends(), self.sandbox.sends("nomos")), (1, 1))

    def test_caller_who_cannot_wait_for_it_is_sent_away(self):
        with self.database_locked():
            self.assert_error(self.link("cus_1", requestId="link", wait="1s"), 503, "try_later")
        self.sandbox.release()
        self.wait_for_state("in-flight", "done")
        self.assertEqual(self.story("link"), [])
        self.assertEqual(self.sandbox.sends("nomos"), 0)

    def test_stop_while_locked_waits_for_the_record(self):
        with self.database_locked():
            self.sandbox.release()
            self.daemon.wait_for_log(COMPLAINT)
            self.daemon.signal(signal.SIGTERM)
            self.daemon.wait_for_log("stopping")
        self.assertEqual(self.daemon.wait(), 0)
        self.assertEqual(self.state("in-flight"), "done")
        self.assertEqual(self.project.entries()[-1]["type"], "daemon.stop")


if __name__ == "__main__":
    main()
