"""A body that POST /v1/links does not take is a 4xx that names the field; nothing is stored, others are served."""

import json

from api import ApiTest
from harness import main

GOOD = {"customerId": "cus_1"}


class BadBody(ApiTest):
    def tearDown(self):
        self.assertEqual(self.project.job_count(), 0)
        self.assert_serves()

    def rejected(self, body, field=None, status=422, code="invalid_request"):
        return self.assert_error(self.post(body), status, code, field)

    def test_not_json(self):
        for body in (b"", b"{", b"customerId=cus_1", b'{"customerId":"cus_1"} {}', b'{"customerId":"cus_1",}',
                     b"\xef\xbb\xbf", b"{'customerId':'cus_1'}", b'{"customerId":NaN}',
                     b'{"customerId":"cus_1","wait":1e999}'):
            self.assertIn("not readable JSON", self.rejected(body))

    def test_not_an_object(self):
        for body in (b"[]", b'"cus_1"', b"null", b"1"):
            self.assertIn("JSON object", self.rejected(body))

    def test_unknown_member_with_a_suggestion(self):
        self.assertIn('did you mean "customerId"?', self.rejected({**GOOD, "customerid": "cus_1"}, "customerid"))
        self.assertIn("no field", self.rejected({**GOOD, "zzzzzzzzzzzz": 1}, "zzzzzzzzzzzz"))
        for name in ("at", "lifetime", "handover", "email", "provider"):
            self.rejected({**GOOD, name: "x"}, name)

    def test_wrong_types(self):
        for value in (1, True, None, ["cus_1"], {"id": "cus_1"}, 1.5):
            self.assertIn("string", self.rejected({"customerId": value}, "customerId"))
            self.assertIn("string", self.rejected({**GOOD, "requestId": value}, "requestId"))
            self.assertIn("string", self.rejected({**GOOD, "wait": value}, "wait"))

    def test_missing_and_wrong_customer_id(self):
        self.rejected({}, "customerId")
        for value in ("", "1", "cus_", "CUS_1", "budi@example.com", "cus_" + "a" * 500, "cus_1\r\nX: y", "cus_1\u202e",
                      "cus_ä", "cus_1/../2"):
            message = self.rejected({"customerId": value}, "customerId")
            self.assertNotIn("\u202e", message)

    def test_wrong_request_id(self):
        for value in ("", "a b", "a" * 65, "ä", "a/b", "a\u0000b", "budi@example.com"):
            self.rejected({**GOOD, "requestId": value}, "requestId")

    def test_wrong_wait(self):
        for value in ("", "0s", "999ms", "31s", "1h", "-1s", "10", "10 s", "ten"):
            self.rejected({**GOOD, "wait": value}, "wait")

    def test_the_same_key_twice(self):
        self.assertIn("twice", self.rejected(b'{"customerId":"cus_1","customerId":"cus_2"}'))

    def test_deep_nesting(self):
        self.assertIn("too deeply", self.rejected(b'{"customerId":' + b"[" * 10_000 + b"]" * 10_000 + b"}"))
        self.assertIn("too deeply", self.rejected(b"[" * 60_000))

    def test_zero_bytes_and_broken_utf8(self):
        self.assertIn("zero byte", self.rejected(b'{"customerId":"cus_1"}\x00{"customerId":"cus_2"}'))
        for sequence in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"):
            self.assertIn("UTF-8", self.rejected(b'{"customerId":"cus_' + sequence + b'"}'))

    def test_lone_surrogate_escape(self):
        self.rejected(b'{"customerId":"cus_\\ud800"}')

    def test_what_was_sent_is_never_echoed_raw(self):
        name = 'x"\u001b[31m\u202e<script>' + "y" * 300
        answer = self.post({**GOOD, name: 1})
        self.assertEqual(answer.status, 422)
        self.assertNotIn("\u202e".encode(), answer.body)
        self.assertNotIn(b"\x1b", answer.body)
        self.assertLess(len(answer.body), 1000)
        self.assertTrue(json.loads(answer.body)["errors"])


if __name__ == "__main__":
    main()
