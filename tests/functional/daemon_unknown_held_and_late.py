"""A call that is not answered by its deadline is unknown and held; the answer that comes later is on record as late.

The machine sleeps for a minute in the middle of a call: the engine's deadline passes, the connection stays, and the
sandbox answers afterwards. (The clock is shifted; see shifted_clock.c.) Without such a sleep the call's own time limit
comes first: the second test.
"""

from api import ApiTest
from clocks import Clocks
from harness import main
from live import wait_until


class Late(ApiTest):
    def start(self, **options):
        self.clocks = Clocks(self.project.root)
        return super().start(env=self.clocks.env, **options)

    def test_late_accepted_ends_the_held_job(self):
        self.sandbox.order("hang")
        self.send("mail")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        self.clocks.sleep(60)
        self.wait_for_state("mail", "held")
        self.assertEqual(self.results("mail"), [("unknown", "timeout")])
        self.sandbox.release()
        self.wait_for_state("mail", "done")
        self.assertEqual(self.types("mail"),
                         ["job.accepted", "attempt.intent", "attempt.result", "job.held", "attempt.late"])
        late = self.story("mail")[-1]
        self.assertEqual((late["attempt"], late["outcome"]), (1, "accepted"))
        self.assertEqual(self.results("mail"), [("unknown", "timeout")])
        self.assertEqual(self.sandbox.sends(), 1)

    def test_late_rejection_changes_nothing(self):
        self.sandbox.order("hang")
        self.sandbox.control("POST", "credentials", {"mayarKey": "another"})
        self.send("mail")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        self.clocks.sleep(60)
        self.wait_for_state("mail", "held")
        self.sandbox.release()
        wait_until(lambda: self.types("mail")[-1] == "attempt.late", "the late answer is on record")
        self.assertEqual(self.state("mail"), "held")

    def test_late_link_goes_nowhere(self):
        self.sandbox.order("hang", "nomos")
        caller = self.waiting("cus_1", "link", wait="30s")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        self.clocks.sleep(60)
        answer = caller.result()
        self.assertEqual(answer.status, 200)
        self.sandbox.release()
        wait_until(lambda: "attempt.late" in self.types("link"), "the late answer is on record")
        self.assertEqual(self.state("link"), "done")
        self.assertEqual(self.results("link"), [("unknown", "timeout"), ("accepted", None)])
        self.assertTrue(self.sandbox.open(answer.json["link"])["opened"])


class Held(ApiTest):
    def configure(self):
        self.set_provider("mayar", timeout="1s")

    def setUp(self):
        super().setUp()
        self.sandbox.order("hang", count=2)
        self.send("mail")
        self.wait_for_state("mail", "held")
        self.assertEqual(self.results("mail"), [("unknown", "timeout")])

    def test_released_goes_out_again(self):
        self.sandbox.control("DELETE", "fault")
        self.project.json("jobs", "release", "mail", "--reason", "nothing has arrived")
        self.wait_for_state("mail", "done")
        self.assertEqual(self.results("mail"), [("unknown", "timeout"), ("accepted", None)])

    def test_unknown_again_is_held_again_and_closed_for_good(self):
        self.project.json("jobs", "release", "mail", "--reason", "nothing has arrived")
        wait_until(lambda: len(self.results("mail")) == 2, "the second call is given up")
        self.assertEqual(self.state("mail"), "held")
        self.project.json("jobs", "close", "mail", "--sent", "--reason", "the customer confirms it")
        self.assertEqual(self.state("mail"), "done")
        self.send("next")
        self.wait_for_state("next", "done")
        self.assertEqual(self.sandbox.counts()["requestIds"], {"mail": 2, "next": 1})


if __name__ == "__main__":
    main()
