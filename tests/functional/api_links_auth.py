"""Only a token that holds now and has the scope may mint; everything else is 401 or 403, makes no job and no call."""

from api import ApiTest, exchange, head, make_token
from harness import main

BODY = b'{"customerId":"cus_1"}'


class Auth(ApiTest):
    def assert_nothing_happened(self):
        self.assertEqual(self.project.job_count(), 0)
        self.assertEqual(self.sandbox.counts("nomos")["calls"], 0)

    def assert_refused(self, token, status=401, code="unauthorized"):
        answer = self.post(BODY, token=token)
        message = self.assert_error(answer, status, code)
        self.assertNotIn(token.encode(), answer.body)
        self.assert_nothing_happened()
        return message

    def with_headers(self, *lines):
        raw = head(Content_Length=len(BODY))[:-2]
        return exchange(self.daemon.api, raw + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + BODY)

    def test_wrong_tokens_are_one_and_the_same_to_the_caller(self):
        known = self.token
        swapped = known[:-8] + ("A" if known[-8] != "A" else "B") + known[-7:]
        messages = {self.assert_refused(token) for token in [
            make_token()[1], "x", "lk_", known[:-1], known + "0", swapped, known.upper(), "lk_" + "a" * 47,
            self.add_token(expires_in_ms=-1), self.add_token(revoked=True)]}
        self.assertEqual(len(messages), 1)

    def test_token_of_another_secret_under_a_known_id(self):
        self.assert_refused(make_token(self.project.made["tokenId"])[1])

    def test_missing_scope_is_403_and_names_it(self):
        self.assertIn('"send"', self.assert_refused(self.add_token(scopes="read audit"), 403, "forbidden"))
        self.assert_refused(self.add_token(scopes="sender resend"), 403, "forbidden")
        self.assert_refused(self.add_token(scopes=""), 403, "forbidden")

    def test_no_header_two_headers_or_another_scheme(self):
        bearer = b"Authorization: Bearer " + self.token.encode()
        for lines in ([], [bearer, bearer], [b"Authorization: Basic eDp5"], [b"Authorization: Bearer"],
                      [b"Authorization: " + self.token.encode()], [b"Authorization:"]):
            self.assert_error(self.with_headers(*lines), 401, "unauthorized")
        self.assert_nothing_happened()
        self.assertEqual(self.with_headers(bearer.replace(b"Bearer", b"bearer")).status, 200)

    def test_single_use_token_is_used_once(self):
        token = self.add_token(single_use=True)
        self.assertEqual(self.post(BODY, token=token).status, 200)
        self.assert_error(self.post(BODY, token=token), 401, "unauthorized")
        self.assertEqual(self.project.job_count(), 1)

    def test_token_that_expires_later_still_holds(self):
        self.assertEqual(self.post(BODY, token=self.add_token(expires_in_ms=3600_000)).status, 200)

    def test_stranger_learns_nothing_of_a_request_that_is_waited_for(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        caller = self.waiting("cus_1", "link-1", wait="30s")
        answer = self.post({"customerId": "cus_1", "requestId": "link-1"}, token=make_token()[1])
        self.assert_error(answer, 401, "unauthorized")
        self.project.json("provider", "resume", "nomos")
        self.assertEqual(caller.result().status, 200)


if __name__ == "__main__":
    main()
