"""POST /v1/jobs/{requestId}/link gives a waiting link out once; whatever ends the wait before that wipes it."""

import threading

from api import ApiTest
from harness import main
from live import wait_until


class ClaimTest(ApiTest):
    def waiting_link(self, request_id="link-1", customer_id="cus_1"):
        """A job whose link has been minted and waits for its claim."""
        job = {"provider": "nomos", "customerId": customer_id, "requestId": request_id, "handover": "claim"}
        answer = self.call("POST", "/v1/jobs", job)
        self.assertEqual(answer.status, 201, answer)
        wait_until(lambda: "handover.intent" in self.types(request_id), "its link waits")

    def claim(self, request_id="link-1", body=None, **options):
        return self.call("POST", f"/v1/jobs/{request_id}/link", body, **options)

    def assert_gone(self, request_id="link-1"):
        answer = self.claim(request_id)
        self.assert_error(answer, 410, "link_gone", "requestId")
        self.assertEqual(answer.json["requestId"], request_id)


class Claim(ClaimTest):
    def test_link_is_given_out_once(self):
        self.waiting_link()
        self.assertEqual(self.state("link-1"), "running")
        answer = self.claim()
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(list(answer.json), ["requestId", "link", "linkExpiresAt"])
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertEqual(answer.headers["referrer-policy"], "no-referrer")
        self.assertTrue(self.sandbox.open(answer.json["link"])["opened"])
        self.assertEqual(self.state("link-1"), "done")
        claimed = self.story("link-1")[-1]
        self.assertEqual((claimed["type"], claimed["actor"]),
                         ("link.claimed", f"token:{self.project.made['tokenId']}"))
        intent = next(entry for entry in self.story("link-1") if entry["type"] == "handover.intent")
        self.assertEqual(answer.json["linkExpiresAt"], intent["linkExpiresAt"])
        self.assert_gone()
        self.assert_gone()
        self.assertEqual(len(self.types("link-1")), 5)

    def test_of_many_who_claim_at_once_one_gets_it(self):
        self.waiting_link()
        start = threading.Barrier(8)
        statuses = []

        def claim():
            start.wait()
            statuses.append(self.claim().status)

        threads = [threading.Thread(target=claim) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(statuses), [200] + [410] * 7)

    def test_body_is_none_or_an_empty_object(self):
        self.waiting_link()
        self.assert_error(self.claim(body={"requestId": "link-1"}), 422, "invalid_request", "requestId")
        self.assert_error(self.claim(body=[]), 422, "invalid_request")
        self.assertEqual(self.claim(body={}).status, 200)

    def test_no_link_to_claim(self):
        self.assert_error(self.claim("nobody"), 404, "not_found", "requestId")
        self.send("mail-1")
        self.assert_error(self.claim("mail-1"), 409, "wrong_state", "requestId")
        self.assertEqual(self.link("cus_1", requestId="reply-1").status, 200)
        self.assert_error(self.claim("reply-1"), 409, "wrong_state", "requestId")
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        self.call("POST", "/v1/jobs", {"provider": "nomos", "customerId": "cus_1", "requestId": "early",
                                       "handover": "claim"})
        self.assertIn("queued", self.assert_error(self.claim("early"), 409, "wrong_state", "requestId"))

    def test_cancelling_wipes_it(self):
        self.waiting_link()
        answer = self.call("POST", "/v1/jobs/link-1/cancel", {"reason": "not wanted any more"})
        self.assertEqual(answer.status, 200, answer)
        self.assertNotIn(answer.json["state"], ("running", "done"))
        self.assert_gone()

    def test_stopping_wipes_it(self):
        self.waiting_link()
        self.assertEqual(self.daemon.stop(), 0)
        self.assertEqual((self.state("link-1"), self.types("link-1")[-1]), ("failed", "link.expired"))
        self.daemon = self.start()
        self.assert_gone()

    def test_after_a_crash_the_next_start_says_that_it_is_lost(self):
        self.waiting_link()
        self.daemon.kill()
        self.assertEqual(self.state("link-1"), "running")
        self.daemon = self.start()
        self.assertEqual((self.state("link-1"), self.types("link-1")[-1]), ("failed", "link.expired"))
        self.assert_gone()

    def test_token_needs_the_scope_send(self):
        self.waiting_link()
        self.assert_error(self.claim(token=self.add_token("read operate")), 403, "forbidden")
        self.assertEqual(self.claim(token=self.add_token("send")).status, 200)


class Expiry(ClaimTest):
    def configure(self):
        self.set_provider("nomos", link_lifetime="1s")

    def test_link_that_nobody_claims_expires(self):
        self.waiting_link()
        self.wait_for_state("link-1", "failed")
        expired = self.story("link-1")[-1]
        self.assertEqual((expired["type"], expired["code"]), ("link.expired", "link_expired"))
        self.assert_gone()


if __name__ == "__main__":
    main()
