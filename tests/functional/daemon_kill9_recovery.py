"""After kill -9 in the middle of calls every intent has its result, and nothing unknown is repeated blindly.

Calls of both providers hang when the daemon is killed. The next one finds them: unknown (`crash`), mayar held for a
person, the nomos link that nobody waits for any more failed. A start after that finds nothing more to recover.
"""

from api import ApiTest
from harness import main
from live import wait_until


class Kill9(ApiTest):
    def setUp(self):
        super().setUp()
        self.sandbox.order("hang", count=2)
        self.sandbox.order("hang", "nomos")
        self.send("mail-1")
        self.send("mail-2")
        self.caller = self.waiting("cus_1", "link-1")
        wait_until(lambda: self.sandbox.hanging() == 3, "three calls hang")
        self.daemon.kill()

    def test_open_intents_become_unknown(self):
        for request_id in ("mail-1", "mail-2", "link-1"):
            self.assertEqual(self.types(request_id)[-1], "attempt.intent")
        self.daemon = self.start()
        for request_id in ("mail-1", "mail-2"):
            self.assertEqual(self.state(request_id), "held")
            self.assertEqual(self.types(request_id),
                             ["job.accepted", "attempt.intent", "attempt.result", "job.held"])
        self.assertEqual(self.state("link-1"), "failed")
        self.assertEqual(self.types("link-1"), ["job.accepted", "attempt.intent", "attempt.result", "job.failed"])
        self.assertEqual(self.story("link-1")[-1]["code"], "caller_gone")
        for request_id in ("mail-1", "mail-2", "link-1"):
            self.assertEqual(self.results(request_id), [("unknown", "crash")])
        self.assert_every_intent_has_one_result()

        self.project.json("jobs", "release", "mail-1", "--reason", "nothing has arrived")
        self.wait_for_state("mail-1", "done")
        self.project.json("jobs", "close", "mail-2", "--not-sent", "--reason", "no longer needed")
        self.assertEqual(self.state("mail-2"), "failed")
        self.assertEqual(self.sandbox.counts()["requestIds"], {"mail-1": 2, "mail-2": 1})
        self.assertEqual(self.sandbox.counts("nomos")["requestIds"], {"link-1": 1})
        self.assert_every_intent_has_one_result()

    def test_the_start_after_recovers_nothing_more(self):
        self.start().kill()
        before = self.project.entries()
        self.start()
        more = self.project.entries()[len(before):]
        self.assertEqual([entry["type"] for entry in more], ["daemon.start"])
        self.assertGreater(more[0]["epoch"], max(entry.get("epoch", 0) for entry in before))

    def test_the_caller_learns_that_there_is_no_answer(self):
        with self.assertRaises(AssertionError):
            self.caller.result()


if __name__ == "__main__":
    main()
