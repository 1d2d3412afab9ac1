"""The job ends without a link: the caller learns why, by status and code, and no text of the provider's reaches it."""

from api import ApiTest
from harness import main
from live import wait_until


class NoLink(ApiTest):
    def configure(self):
        self.project.set("retry", "attempts", 2)

    def assert_ends(self, customer_id, status, code, state):
        answer = self.link(customer_id, requestId="link-1")
        self.assert_error(answer, status, code)
        self.assertEqual(answer.json["state"], state)
        self.assertEqual(answer.json["requestId"], "link-1")
        wait_until(lambda: self.state("link-1") == state, f"the job is {state}")

    def test_unknown_customer_is_404(self):
        self.assert_ends("cus_notfound_1", 404, "customer_not_found", "failed")

    def test_old_error_shape(self):
        self.assert_ends("cus_nestednotfound_1", 404, "customer_not_found", "failed")

    def test_link_of_a_foreign_host_is_wiped(self):
        self.assert_ends("cus_foreignhost_1", 502, "link_rejected", "failed")
        self.assertEqual(self.results("link-1"), [("rejected", "link_rejected")])

    def test_link_without_tls_is_wiped(self):
        self.assert_ends("cus_httplink_1", 502, "link_rejected", "failed")

    def test_attempts_used_up(self):
        self.assert_ends("cus_error500_1", 502, "attempts_exhausted", "failed")
        self.assertEqual(self.results("link-1"), [("rejected", "provider_error")] * 2)

    def test_unknown_outcome_is_minted_again_and_the_newer_link_works(self):
        answer = self.link("cus_cutafter1_1", requestId="link-1")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.results("link-1"), [("unknown", "reset"), ("accepted", None)])
        self.assertTrue(self.sandbox.open(answer.json["link"])["opened"])

    def test_cancelled_by_a_person(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        caller = self.waiting("cus_1", "link-1", wait="30s")
        self.project.json("jobs", "cancel", "link-1", "--reason", "not wanted any more")
        answer = caller.result()
        self.assertEqual(answer.json["state"], "cancelled", answer)
        self.assertGreaterEqual(answer.status, 400)

    def test_forbidden_pauses_and_the_caller_gets_504(self):
        self.sandbox.order("forbidden", "nomos")
        self.assert_error(self.link("cus_1", requestId="link-1", wait="1s"), 504, "wait_ended")
        self.assertEqual(self.gate("nomos")["code"], "forbidden")
        wait_until(lambda: self.state("link-1") == "failed", "the job has failed")


class Stale(ApiTest):
    def configure(self):
        self.set_provider("nomos", link_lifetime="1s")

    def test_stale_is_504(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        answer = self.link("cus_1", requestId="link-1", wait="30s")
        self.assert_error(answer, 504, "expired_before_send")
        self.assertEqual(self.types("link-1"), ["job.accepted", "job.refused"])


class ProviderOff(ApiTest):
    def configure(self):
        (self.project.folder / "secrets/nomos.secret").write_text("")

    def test_provider_that_is_off_is_503(self):
        self.assert_error(self.link("cus_1"), 503, "provider_off")
        self.assertEqual(self.project.job_count(), 0)


class CannotBeFresh(ApiTest):
    def configure(self):
        self.set_provider("nomos", link_lifetime="2s", rate="1/h")

    def test_what_the_rate_cannot_admit_in_time_is_rejected(self):
        self.assertEqual(self.link("cus_1").status, 200)
        self.assert_error(self.link("cus_2"), 422, "cannot_be_fresh")
        self.assertEqual(self.project.job_count(), 1)


if __name__ == "__main__":
    main()
