"""No window holds more calls than the rate says, a restart included; what Retry-After asks for is kept.

The sandbox is reached through a relay that notes when each call arrives. With GCRA and a burst of one the (n+1)-th
call never comes before n intervals have passed since the first, however late a slow machine makes any of them.
"""

from api import ApiTest
from harness import main
from live import LiveTest, ledger_time, wait_until
from relay import Relay

INTERVAL_SECONDS = 0.2


class Rate(LiveTest):
    def setUp(self):
        super().setUp()
        self.relay = Relay(self.sandbox.url)
        self.addCleanup(self.relay.close)
        self.set_provider("mayar", base_url=self.relay.url, rate="5/s")

    def test_never_more_than_the_rate(self):
        jobs = [f"mail-{number}" for number in range(8)]
        rows = "".join(f"{name},{name}@example.com\n" for name in jobs)
        daemon = self.start()
        self.project.json("send", "--provider", "mayar", "--file",
                          self.project.file("jobs.csv", "requestId,email\n" + rows))
        wait_until(lambda: self.sandbox.sends() >= 4, "half of the calls were made")
        self.assertEqual(daemon.stop(), 0)
        self.start()
        for name in jobs:
            self.wait_for_state(name, "done")

        intents = [ledger_time(entry["t"]) for entry in self.project.entries() if entry["type"] == "attempt.intent"]
        self.assertEqual(len(intents), len(jobs))
        for earlier, later in zip(intents, intents[1:]):
            self.assertGreaterEqual(round(later - earlier, 3), INTERVAL_SECONDS)
        arrivals = self.relay.times_of(b"POST /hl/v2/customers/portal-login")
        self.assertEqual(len(arrivals), len(jobs))
        for number, arrival in enumerate(arrivals):
            self.assertGreaterEqual(arrival - intents[0], number * INTERVAL_SECONDS - 0.001)


class RetryAfter(ApiTest):
    sandbox_options = ("--throttle-wait", "1s")

    def setUp(self):
        super().setUp()
        self.throttle()

    def throttle(self):
        self.sandbox.order("throttle")
        self.send("throttled")
        wait_until(lambda: self.results("throttled"), "the first call is throttled")

    def test_whole_provider_waits_and_the_other_does_not(self):
        self.send("behind")
        self.assert_serves()
        for name in ("throttled", "behind"):
            self.wait_for_state(name, "done")
        self.assertEqual(self.results("throttled"), [("throttled", "rate_limited"), ("accepted", None)])
        throttled = next(ledger_time(entry["t"]) for entry in self.project.entries()
                         if entry["type"] == "attempt.result")
        later = [ledger_time(entry["t"]) for entry in self.project.entries()
                 if entry["type"] == "attempt.intent" and entry["provider"] == "mayar"][1:]
        self.assertEqual(len(later), 2)
        self.assertGreaterEqual(round(min(later) - throttled, 3), 1)

    def test_the_wait_outlives_the_daemon(self):
        self.daemon.kill()
        self.daemon = self.start()
        self.wait_for_state("throttled", "done")
        first, second = [ledger_time(entry["t"]) for entry in self.story("throttled")
                         if entry["type"] == "attempt.intent"]
        self.assertGreaterEqual(round(second - first, 3), 1)


if __name__ == "__main__":
    main()
