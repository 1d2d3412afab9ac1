"""A provider that hangs all its calls takes three quarters of the workers and no more; the other one is served.

With 8 workers 6 mayar calls hang; 12 more jobs wait. Links are minted meanwhile, and once the calls are let go, all is
sent.
"""

from api import ApiTest
from harness import main
from live import wait_until

WORKERS = 8
SHARE = WORKERS * 3 // 4


class ProviderHangs(ApiTest):
    def configure(self):
        self.project.set("engine", "workers", WORKERS)
        self.set_provider("mayar", timeout="1m", stall_timeout="1m")

    def test_other_provider_is_not_starved(self):
        self.sandbox.order("hang", count=SHARE)
        jobs = [f"mail-{number}" for number in range(3 * SHARE)]
        rows = "".join(f"{name},{name}@example.com\n" for name in jobs)
        self.project.json("send", "--provider", "mayar", "--file",
                          self.project.file("jobs.csv", "requestId,email\n" + rows))
        wait_until(lambda: self.sandbox.hanging() == SHARE, f"{SHARE} calls hang")
        for number in range(4):
            self.assertEqual(self.link(f"cus_{number}").status, 200)
        self.assertEqual(self.sandbox.hanging(), SHARE)
        self.assertEqual(self.sandbox.sends(), SHARE)
        intents = [entry for entry in self.project.entries()
                   if entry["type"] == "attempt.intent" and entry["provider"] == "mayar"]
        self.assertEqual(len(intents), SHARE)

        self.sandbox.release()
        for name in jobs:
            self.wait_for_state(name, "done")
        self.assertEqual(self.sandbox.sends(), len(jobs))


if __name__ == "__main__":
    main()
