"""Cancel, release and close over the API, and pause and resume of a provider: done in the caller's name, or 4xx."""

from api import ApiTest
from harness import at, main
from live import wait_until

ACTIONS = {"cancel": {}, "release": {}, "close": {"sent": True, "reason": "Budi has it"}}


class Actions(ApiTest):
    def setUp(self):
        super().setUp()
        self.token = self.add_token("operate")
        self.actor = "token:" + self.token.split("_")[1]

    def act(self, request_id, action, body=None, **options):
        return self.call("POST", f"/v1/jobs/{request_id}/{action}", body, **options)

    def held(self, request_id):
        self.sandbox.order("cutafter")
        self.send(request_id)
        self.wait_for_state(request_id, "held")

    def test_queued_job_is_cancelled(self):
        self.send("mail-1", None, "--at", at(hours=1))
        answer = self.act("mail-1", "cancel", {"reason": "ordered by mistake"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual((answer.json["requestId"], answer.json["state"]), ("mail-1", "cancelled"))
        cancelled = self.story("mail-1")[-1]
        self.assertEqual((cancelled["type"], cancelled["actor"], cancelled["reason"], cancelled["seq"]),
                         ("job.cancelled", self.actor, "ordered by mistake", answer.json["seq"]))

    def test_held_job_is_released_and_sent(self):
        self.held("mail-1")
        self.assertEqual(self.act("mail-1", "release").status, 200)
        self.wait_for_state("mail-1", "done")
        self.assertEqual(self.story("mail-1")[-3]["type"], "job.released")

    def test_held_job_is_closed_as_it_was_found(self):
        for request_id, sent, state in (("mail-1", True, "done"), ("mail-2", False, "failed")):
            self.held(request_id)
            answer = self.act(request_id, "close", {"sent": sent, "reason": "asked the customer"})
            self.assertEqual((answer.status, answer.json["state"], answer.json["code"]), (200, state, "closed"), answer)

    def test_close_wants_to_know_what_was_found(self):
        answer = self.act("mail-1", "close", {})
        self.assertEqual([error["field"] for error in answer.json["errors"]], ["reason", "sent"])
        self.assert_error(self.act("mail-1", "close", {"sent": "yes", "reason": "x"}), 422, "invalid_request", "sent")
        self.assert_error(self.act("mail-1", "close"), 422, "invalid_request")

    def test_reason_that_the_ledger_must_not_hold(self):
        self.send("mail-1", None, "--at", at(hours=1))
        for reason in ("", " ", "for budi@example.com", "cus_1", "x" * 201, 1, None):
            answer = self.act("mail-1", "cancel", {"reason": reason})
            self.assert_error(answer, 422, "invalid_request", "reason")
        self.assertEqual(self.state("mail-1"), "queued")

    def test_wrong_state_says_what_can_be_done(self):
        self.send("mail-1")
        self.wait_for_state("mail-1", "done")
        for action, body in ACTIONS.items():
            answer = self.act("mail-1", action, body)
            self.assertIn("done", self.assert_error(answer, 409, "wrong_state", "requestId"))
            self.assertEqual(answer.json["requestId"], "mail-1")

    def test_unknown_job_is_404(self):
        for request_id in ("nobody", "a%20b", "%ff", "x" * 65):
            for action, body in ACTIONS.items():
                self.assert_error(self.act(request_id, action, body), 404, "not_found")
        self.assert_error(self.act("a%2Fb", "cancel"), 404, "not_found")

    def test_request_id_may_be_percent_encoded(self):
        self.send("mail:1", "budi@example.com", "--at", at(hours=1))
        self.assertEqual(self.act("mail%3A1", "cancel").status, 200)

    def test_token_needs_the_scope_operate(self):
        self.send("mail-1", None, "--at", at(hours=1))
        token = self.add_token("send read audit")
        for action, body in ACTIONS.items():
            self.assert_error(self.act("mail-1", action, body, token=token), 403, "forbidden")
        self.assert_error(self.call("POST", "/v1/providers/mayar/pause", {"reason": "x"}, token), 403, "forbidden")
        self.assertEqual(self.act("mail-1", "cancel", token=self.project.made["token"]).status, 200)

    def test_cancelling_a_running_job_lets_its_call_end(self):
        self.sandbox.order("hang")
        self.send("mail-1")
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        answer = self.act("mail-1", "cancel")
        self.assertEqual((answer.status, answer.json["state"]), (200, "running"), answer)
        self.assert_error(self.act("mail-1", "cancel"), 409, "wrong_state")
        self.sandbox.release()
        self.wait_for_state("mail-1", "done")

    def test_provider_is_paused_and_resumed(self):
        answer = self.call("POST", "/v1/providers/mayar/pause", {"reason": "their maintenance"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual((answer.json["provider"], answer.json["paused"], answer.json["pausedBy"],
                          answer.json["reason"]), ("mayar", True, self.actor, "their maintenance"))
        self.send("mail-1")
        self.assertTrue(self.gate("mayar")["paused"])
        answer = self.call("POST", "/v1/providers/mayar/resume")
        self.assertEqual((answer.status, answer.json["paused"], answer.json["reason"]), (200, False, None), answer)
        self.wait_for_state("mail-1", "done")
        changes = [(entry["type"], entry["actor"]) for entry in self.project.entries() if "provider." in entry["type"]]
        self.assertEqual(changes, [("provider.paused", self.actor), ("provider.resumed", self.actor)])
        self.assertEqual(self.call("POST", "/v1/providers/mayar/resume").status, 200)

    def test_provider_that_is_none_and_a_pause_without_a_reason(self):
        self.assert_error(self.call("POST", "/v1/providers/venus/pause", {"reason": "x"}), 404, "not_found")
        self.assert_error(self.call("POST", "/v1/providers/mayar/pause", {}), 422, "invalid_request", "reason")
        self.assert_error(self.call("POST", "/v1/providers/mayar/pause"), 422, "invalid_request")
        self.assertFalse(self.gate("mayar")["paused"])


if __name__ == "__main__":
    main()
