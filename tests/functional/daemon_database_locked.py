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

    def locked_until_noticed(self, meanwhile):
        with self.database_locked():
            meanwhile()
            self.daemon.wait_for_log(COMPLAINT)
            self.assertIsNone(self.daemon.process.poll())

    def test_result_in_hand_is_kept(self):
        self.locked_until_noticed(self.sandbox.release)
        self.wait_for_state("in-flight", "done")
        self.assertEqual(self.results("in-flight"), [("accepted", None)])
        self.send("next")
        self.wait_for_state("next", "done")
        self.assertEqual(self.sandbox.sends(), 2)

    def test_caller_gets_one_answer_and_nothing_is_minted_without_an_intent(self):
        callers = []
        self.locked_until_noticed(lambda: callers.append(InBackground(lambda: self.link("cus_1", requestId="link"))))
        answer = callers[0].result()
        # Taken once the lock was gone, or sent away: never minted without being on record.
        self.assertIn(answer.status, (200, 503), answer)
        if answer.status == 503:
            self.assertEqual(answer.json["code"], "try_later")
            self.assertEqual(self.story("link"), [])
        self.assertEqual(self.sandbox.sends("nomos"), self.types("link").count("attempt.intent"))
        self.sandbox.release()
        self.wait_for_state("in-flight", "done")

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
