"""POST /v1/jobs with one job: 201 new, 200 the same again, 409 another under its name, 422 with the fields that are wrong."""

from api import ApiTest
from harness import at, main
from live import ledger_time, wait_until

MAIL = {"provider": "mayar", "email": "budi@example.com", "requestId": "mail-1"}


class Submit(ApiTest):
    def submit(self, job, **options):
        return self.call("POST", "/v1/jobs", job, **options)

    def test_new_job_is_durable_and_sent(self):
        answer = self.submit(MAIL)
        self.assertEqual(answer.status, 201, answer)
        job = answer.json
        self.assertEqual(list(job), ["requestId", "state", "dueAt", "expiresAt", "admitAt", "seq", "created"])
        self.assertEqual((job["requestId"], job["state"], job["created"]), ("mail-1", "queued", True))
        self.assertAlmostEqual(ledger_time(job["expiresAt"]) - ledger_time(job["dueAt"]), 15 * 60, places=2)
        self.assertEqual(job["admitAt"], job["dueAt"])
        accepted = self.story("mail-1")[0]
        self.assertEqual((accepted["type"], accepted["seq"]), ("job.accepted", job["seq"]))
        self.assertEqual(accepted["actor"], f"token:{self.project.made['tokenId']}")
        self.wait_for_state("mail-1", "done")
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_same_again_is_200_and_one_job(self):
        first = self.submit({**MAIL, "at": at(hours=1)}).json
        later = {**MAIL, "at": first["dueAt"], "email": " Budi@example.com".strip().replace("B", "b")}
        again = self.submit(later)
        self.assertEqual(again.status, 200, again)
        self.assertEqual(again.json, {**first, "created": False})
        self.assertEqual(self.project.job_count(), 1)

    def test_other_payload_is_a_conflict(self):
        self.assertEqual(self.submit(MAIL).status, 201)
        for change in ({"email": "siti@example.com"}, {"at": at(hours=1)}, {"lifetime": "5m"}):
            answer = self.submit({**MAIL, **change})
            self.assertIn("other content", self.assert_error(answer, 409, "conflict", "requestId"))
            self.assertEqual(answer.json["requestId"], "mail-1")
        self.assertEqual(self.project.job_count(), 1)

    def test_request_id_of_an_erased_customer_is_used(self):
        self.assertEqual(self.submit(MAIL).status, 201)
        self.wait_for_state("mail-1", "done")
        self.project.json("audit", "erase", "--recipient", MAIL["email"], "--reason", "asked to be forgotten")
        self.assert_error(self.submit(MAIL), 409, "request_id_used", "requestId")

    def test_request_id_is_made_when_none_is_given(self):
        job = self.submit({"provider": "mayar", "email": "budi@example.com"}).json
        self.assertRegex(job["requestId"], r"^[0-9a-f]{8}-[0-9a-f]{4}-7")
        self.wait_for_state(job["requestId"], "done")

    def test_nomos_job_waits_for_its_claim(self):
        answer = self.submit({"provider": "nomos", "customerId": "cus_1", "requestId": "link-1", "handover": "claim"})
        self.assertEqual(answer.status, 201, answer)
        wait_until(lambda: "handover.intent" in self.types("link-1"), "its link waits")

    def test_nomos_without_a_hand_over_names_the_way(self):
        job = {"provider": "nomos", "customerId": "cus_1"}
        self.assertIn("claim", self.assert_error(self.submit(job), 422, "no_handover", "handover"))
        answer = self.submit({**job, "handover": "reply"})
        self.assertIn("/v1/links", self.assert_error(answer, 422, "invalid_request", "handover"))
        answer = self.submit({**job, "handover": "email", "deliverTo": "budi@example.com"})
        self.assert_error(answer, 422, "no_handover", "handover")
        self.assertEqual(self.project.job_count(), 0)

    def test_every_wrong_field_is_named(self):
        answer = self.submit({"provider": "mayar", "email": "not an address", "requestId": "a b", "at": "tomorrow",
                              "lifetime": "2h"})
        self.assert_error(answer, 422, "invalid_request")
        self.assertEqual([error["field"] for error in answer.json["errors"]], ["requestId", "email", "at", "lifetime"])
        self.assertIsNone(answer.json["requestId"])

    def test_job_that_is_stale_already_says_so(self):
        job = self.submit({**MAIL, "at": at(hours=-2)}).json
        self.assertEqual((job["state"], job["admitAt"]), ("stale", None))
        self.assertEqual(self.types("mail-1"), ["job.accepted", "job.refused"])

    def test_nobody_knows_when_a_paused_provider_admits(self):
        self.project.json("provider", "pause", "mayar", "--reason", "test")
        self.assertIsNone(self.submit(MAIL).json["admitAt"])

    def test_token_needs_the_scope_send(self):
        self.assert_error(self.submit(MAIL, token=self.add_token("read audit operate")), 403, "forbidden")
        self.assertEqual(self.submit(MAIL, token=self.add_token("admin")).status, 201)

    def test_single_use_token_is_used_up_with_the_job(self):
        token = self.add_token(single_use=True)
        self.assert_error(self.submit({"provider": "mayar"}, token=token), 422, "invalid_request", "email")
        self.assertEqual(self.submit(MAIL, token=token).status, 201)
        self.assert_error(self.submit(MAIL, token=token), 401, "unauthorized")


class Limited(ApiTest):
    def configure(self):
        self.set_provider("mayar", rate="1/min", link_lifetime="2m")

    def test_admission_is_estimated_from_what_is_queued(self):
        mail = {"provider": "mayar", "email": "a@example.com", "at": at(hours=1)}
        first = self.call("POST", "/v1/jobs", mail).json
        second = self.call("POST", "/v1/jobs", {**mail, "email": "b@example.com"}).json
        self.assertEqual(first["admitAt"], first["dueAt"])
        self.assertAlmostEqual(ledger_time(second["admitAt"]) - ledger_time(first["admitAt"]), 60, places=2)

    def test_what_cannot_be_fresh_is_told_when_it_could(self):
        mail = {"provider": "mayar", "email": "a@example.com", "at": at(hours=1)}
        for name in "ab":
            self.assertEqual(self.call("POST", "/v1/jobs", {**mail, "email": f"{name}@example.com"}).status, 201)
        answer = self.call("POST", "/v1/jobs", {**mail, "requestId": "late"})
        self.assert_error(answer, 422, "cannot_be_fresh", "at")
        self.assertEqual(answer.json["requestId"], "late")
        earliest = answer.json["earliestDueAt"]
        self.assertIn(earliest, answer.json["message"])
        self.assertEqual(self.call("POST", "/v1/jobs", {**mail, "requestId": "late", "at": earliest}).status, 201)
        paced = self.call("POST", "/v1/jobs", {**mail, "requestId": "paced", "pace": True})
        self.assertEqual(paced.status, 201, paced)
        self.assertGreater(paced.json["dueAt"], earliest)


class Off(ApiTest):
    def configure(self):
        (self.project.folder / "secrets/mayar.key").write_text("")

    def test_provider_that_is_off_is_503(self):
        self.assert_error(self.call("POST", "/v1/jobs", MAIL), 503, "provider_off", "provider")


if __name__ == "__main__":
    main()
