"""`after_unknown = "retry_once"`: a mayar call whose outcome is unknown is made once more in the job's life, not twice.

The sandbox applies calls and cuts off their answers.
"""

from harness import main
from live import LiveTest


class RetryOnce(LiveTest):
    def setUp(self):
        super().setUp()
        self.set_provider("mayar", after_unknown="retry_once")
        self.start()

    def test_one_more_attempt(self):
        self.send("once", "budi+cutafter1@example.com")
        self.wait_for_state("once", "done")
        self.assertEqual(self.results("once"), [("unknown", "reset"), ("accepted", None)])

    def test_and_then_it_is_held(self):
        self.send("twice", "budi+cutafter@example.com")
        self.wait_for_state("twice", "held")
        self.assertEqual(self.results("twice"), [("unknown", "reset")] * 2)
        self.assertEqual(self.types("twice")[-1], "job.held")
        self.assertEqual(self.sandbox.sends(), 2)

    def test_other_failures_in_between_do_not_earn_another(self):
        self.send("mixed", "budi+cutafter1+error5001+cutafter1@example.com")
        self.wait_for_state("mixed", "held")
        self.assertEqual(self.results("mixed"),
                         [("unknown", "reset"), ("rejected", "provider_error"), ("unknown", "reset")])


class Hold(LiveTest):
    def test_held_at_once_by_default(self):
        self.start()
        self.send("held", "budi+cutafter@example.com")
        self.wait_for_state("held", "held")
        self.assertEqual(self.results("held"), [("unknown", "reset")])
        self.assertEqual(self.sandbox.sends(), 1)


if __name__ == "__main__":
    main()
