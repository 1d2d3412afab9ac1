"""The token comes before everything that is about content or jobs: a stranger gets the same 401 whatever is asked."""

from api import ApiTest, exchange, head, make_token
from harness import at, main

PATHS = ["/v1/jobs", "/v1/links", "/v1/jobs/mail-1/cancel", "/v1/jobs/mail-1/release", "/v1/jobs/mail-1/close",
         "/v1/jobs/mail-1/link", "/v1/jobs/nobody/cancel", "/v1/jobs/nobody/link", "/v1/jobs/a%20b/cancel",
         "/v1/providers/mayar/pause", "/v1/providers/mayar/resume", "/v1/providers/venus/pause"]


class AuthOrder(ApiTest):
    def setUp(self):
        super().setUp()
        self.send("mail-1", None, "--at", at(hours=1))
        self.send("gone", None, "--at", at(hours=1))
        self.project.json("jobs", "cancel", "gone")

    def tokens(self):
        known = self.token
        return [make_token()[1], make_token(self.project.made["tokenId"])[1], self.add_token(expires_in_ms=-1),
                self.add_token(revoked=True), known[:-1], "x"]

    def test_same_bytes_whatever_is_asked_and_whatever_is_wrong_with_the_token(self):
        answers = set()
        bodies = [b"", b"{", b"{}", b'{"provider":"mayar","email":"x","requestId":"mail-1"}',
                  b'{"customerId":"cus_1","requestId":"mail-1"}', b'{"sent":true,"reason":"x"}', b"\xff"]
        for token in self.tokens():
            for path in [*PATHS, "/v1/jobs/gone/link", "/v1/jobs/gone/close"]:
                for body in bodies:
                    answers.add(self.raw_answer(path, body, token))
        self.assertEqual(len(answers), 1, answers)
        self.assertIn(b"401", answers.pop())
        self.assertEqual(self.state("mail-1"), "queued")

    def raw_answer(self, path, body, token):
        answer = self.call("POST", path, body, token=token)
        self.assertEqual(answer.headers["www-authenticate"], "Bearer")
        return b"%d %r %s" % (answer.status, sorted(answer.headers.items()), answer.body)

    def test_query_and_content_type_are_looked_at_later(self):
        bad = make_token()[1]
        for path, headers in (("/v1/jobs?a=1&a=2", {}), ("/v1/jobs?%ff", {}), ("/v1/jobs", {"Content_Type": "text/plain"}),
                              ("/v1/jobs", {"Content_Type": None})):
            self.assert_error(self.call("POST", path, b"x", token=bad, **headers), 401, "unauthorized")
        self.assert_error(self.call("POST", "/v1/jobs?a=1&a=2", {}), 422, "invalid_request", "a")
        self.assert_error(self.call("POST", "/v1/jobs?pace=true", {}), 422, "invalid_request", "pace")
        self.assert_error(self.call("POST", "/v1/jobs", b"x", Content_Type="text/plain"), 415, "unsupported_media_type")

    def test_large_body_of_a_stranger_is_read_and_not_kept(self):
        body = b" " * (3 * 1024 * 1024)
        self.assert_error(self.call("POST", "/v1/jobs", body, token="x"), 401, "unauthorized")

    def test_missing_scope_tells_nothing_of_jobs(self):
        token = self.add_token("read")
        answers = {self.call("POST", path, {"reason": "x"}, token=token).body for path in PATHS if "/jobs/" in path
                   and not path.endswith("link")}
        self.assertEqual(len(answers), 1, answers)

    def test_paths_and_methods_need_no_token(self):
        self.assert_error(exchange(self.daemon.api, head("GET", "/v1/nowhere")), 404, "not_found")
        answer = exchange(self.daemon.api, head("GET", "/v1/jobs/mail-1/cancel"))
        self.assert_error(answer, 405, "method_not_allowed")

    def test_token_that_is_revoked_or_added_counts_at_once(self):
        token = self.add_token("operate")
        self.assertEqual(self.call("POST", "/v1/providers/mayar/resume", token=token).status, 200)
        self.project.tamper(f"UPDATE api_tokens SET revoked_at = 1 WHERE id = '{token.split('_')[1]}'")
        self.assert_error(self.call("POST", "/v1/providers/mayar/resume", token=token), 401, "unauthorized")


if __name__ == "__main__":
    main()
