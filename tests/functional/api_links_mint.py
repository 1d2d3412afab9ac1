"""POST /v1/links gives the waiting caller a fresh link, once, with headers that keep it out of caches and referrers."""

from api import ApiTest, exchange, head
from harness import main
from live import ledger_time, wait_until

LINK_LIFETIME_SECONDS = 15 * 60


class Mint(ApiTest):
    def test_link_works_once_and_is_on_record(self):
        answer = self.link("cus_1", requestId="link-1")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(list(answer.json), ["requestId", "link", "linkExpiresAt"])
        self.assertEqual(answer.json["requestId"], "link-1")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))
        self.assertEqual(self.sandbox.open(answer.json["link"]), {"opened": True, "customerId": "cus_1"})
        self.assertEqual(self.sandbox.open(answer.json["link"])["reason"], "used")

        wait_until(lambda: self.state("link-1") == "done", "the hand-over is recorded")
        self.assertEqual(self.types("link-1"), ["job.accepted", "attempt.intent", "attempt.result", "handover.intent",
                                                "handover.result"])
        accepted, intent, result, handover, handed_over = self.story("link-1")
        self.assertEqual(accepted["handover"], "reply")
        self.assertEqual(accepted["actor"], f"token:{self.project.made['tokenId']}")
        self.assertEqual((result["outcome"], handed_over["outcome"]), ("accepted", "accepted"))
        self.assertTrue(result["linkFp"])
        expires = answer.json["linkExpiresAt"]
        self.assertEqual((result["linkExpiresAt"], handover["linkExpiresAt"]), (expires, expires))
        self.assertAlmostEqual(ledger_time(expires), ledger_time(intent["t"]) + LINK_LIFETIME_SECONDS, places=2)

    def test_requestid_is_made_when_none_is_given(self):
        answers = [self.link("cus_1"), self.link("cus_1")]
        self.assertEqual([answer.status for answer in answers], [200, 200])
        ids = {answer.json["requestId"] for answer in answers}
        self.assertEqual(len(ids), 2)
        self.assertEqual(set(self.sandbox.counts("nomos")["requestIds"]), ids)

    def test_checkout_link_is_a_link(self):
        self.assertEqual(self.link("cus_checkout_1").status, 200)

    def test_command_prints_the_link_once_and_alone(self):
        done = self.assert_exit(self.project.run("send", "nomos", "cus_1", "--wait", "--request-id", "by-command"), 0)
        self.assertTrue(self.sandbox.open(done.out.strip())["opened"], done)
        self.assertEqual(len(done.out.splitlines()), 1, done)
        self.assertNotIn("token_hash", done.err)
        accepted = self.story("by-command")[0]
        self.assertRegex(accepted["actor"], r"^uid:\d+$")
        self.assertEqual(self.project.one("SELECT count(*) FROM api_tokens WHERE single_use"), 0)

    def test_healthz(self):
        answer = exchange(self.daemon.api, head("GET", "/healthz"))
        self.assertEqual((answer.status, answer.body), (200, b"ok\n"))


if __name__ == "__main__":
    main()
