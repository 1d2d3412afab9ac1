"""The wait ends without a link: 504. Before any call the job is cancelled; after one it has failed, its link wiped."""

from api import ApiTest
from harness import main
from live import wait_until


class WaitEnds(ApiTest):
    def test_before_any_call_the_job_is_cancelled(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        answer = self.link("cus_1", requestId="link-1", wait="1s")
        self.assert_error(answer, 504, "wait_ended")
        wait_until(lambda: self.state("link-1") == "cancelled", "the job is cancelled")
        self.assertEqual(self.types("link-1"), ["job.accepted", "job.cancelled"])
        self.project.json("provider", "resume", "nomos")
        self.assert_serves()
        self.assertNotIn("link-1", self.sandbox.counts("nomos")["requestIds"])

    def test_after_a_call_the_job_fails_and_the_link_goes_nowhere(self):
        self.sandbox.order("hang", "nomos")
        answer = self.link("cus_1", requestId="link-1", wait="1s")
        self.assert_error(answer, 504, "wait_ended")
        self.assertEqual(self.types("link-1"), ["job.accepted", "attempt.intent"])
        self.sandbox.release()
        wait_until(lambda: self.state("link-1") == "failed", "the job has failed")
        self.assertEqual(self.types("link-1"), ["job.accepted", "attempt.intent", "attempt.result", "job.failed"])
        self.assertEqual(self.results("link-1"), [("accepted", None)])
        self.assertEqual(self.story("link-1")[-1]["code"], "caller_gone")
        self.assert_error(self.link("cus_1", requestId="link-1"), 410, "link_gone")

    def test_between_two_attempts_the_job_fails(self):
        self.sandbox.order("throttlebare", "nomos")  # the gate closes for longer than the caller waits
        self.assert_error(self.link("cus_1", requestId="link-1", wait="1s"), 504, "wait_ended")
        wait_until(lambda: self.state("link-1") == "failed", "the job has failed")
        self.assertEqual(self.types("link-1"), ["job.accepted", "attempt.intent", "attempt.result", "job.failed"])
        self.assertEqual(self.results("link-1"), [("throttled", "rate_limited")])
        self.assertEqual(self.story("link-1")[-1]["code"], "caller_gone")


if __name__ == "__main__":
    main()
