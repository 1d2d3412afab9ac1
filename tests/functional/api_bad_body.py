"""A body that POST /v1/jobs does not take is a 4xx that names the field; nothing is stored, others are served."""

import json

from api import ApiTest
from harness import main

GOOD = {"provider": "mayar", "email": "budi@example.com"}
MIB = 1024 * 1024


class BadBody(ApiTest):
    def tearDown(self):
        self.assertEqual(self.project.job_count(), 0)
        self.assert_serves()

    def rejected(self, body, field=None, status=422, code="invalid_request", **headers):
        return self.assert_error(self.call("POST", "/v1/jobs", body, **headers), status, code, field)

    def test_not_json(self):
        for body in (b"", b"{", b"provider=mayar", b'{"provider":"mayar"} {}', b'{"provider":"mayar",}', b"\xef\xbb\xbf",
                     b'{"provider":NaN}', b'{"at":1e999}', b'{"at":99999999999999999999}', b'{"at":-99999999999999999999}'):
            self.assertIn("not readable JSON", self.rejected(body))
        for body in (b"[]", b'"x"', b"null", b"1", b"true"):
            self.assertIn("JSON object", self.rejected(body))

    def test_unknown_members_with_a_suggestion(self):
        for name, meant in (("Email", "email"), ("request_id", "requestId"), ("handOver", "handover"),
                            ("deliverto", "deliverTo"), ("lifetimes", "lifetime")):
            self.assertIn(f'did you mean "{meant}"?', self.rejected({**GOOD, name: "x"}, name))
        self.assertIn("no field", self.rejected({**GOOD, "wait": "10s"}, "wait"))
        self.assertIn('did you mean "pace"?', self.rejected({"jobs": [GOOD], "place": True}, "place"))
        self.assertIn('did you mean "email"?', self.rejected({"jobs": [{**GOOD, "mail": 1}]}, "jobs[0].mail"))

    def test_wrong_types(self):
        for name in ("provider", "email", "customerId", "requestId", "at", "lifetime", "handover", "deliverTo"):
            for value in (1, True, None, ["x"], {"x": 1}, 1.5):
                self.assertIn("string", self.rejected({**GOOD, name: value}, name))
        for value in ("true", 1, None, []):
            self.assertIn("true or false", self.rejected({**GOOD, "pace": value}, "pace"))

    def test_the_other_providers_fields(self):
        self.rejected({**GOOD, "customerId": "cus_1"}, "customerId")
        self.rejected({**GOOD, "handover": "claim"}, "handover")
        self.rejected({**GOOD, "deliverTo": "x@example.com"}, "deliverTo")
        self.rejected({"provider": "venus", "email": "x@example.com"}, "provider")
        self.rejected({"provider": "nomos", "customerId": "cus_1", "handover": "email"}, "deliverTo")

    def test_the_same_key_twice(self):
        self.assertIn("twice", self.rejected(b'{"provider":"mayar","provider":"nomos"}'))

    def test_deep_nesting(self):
        self.assertIn("too deeply", self.rejected(b"[" * 900_000))
        self.assertIn("too deeply", self.rejected(b'{"jobs":' + b"[" * 10_000 + b"]" * 10_000 + b"}"))

    def test_zero_bytes_broken_utf8_and_lone_surrogates(self):
        self.assertIn("zero byte", self.rejected(b'{"provider":"mayar"}\x00'))
        self.rejected(b'{"provider":"mayar","email":"a\\u0000@example.com"}', "email")
        for sequence in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf"):
            self.assertIn("UTF-8", self.rejected(b'{"email":"' + sequence + b'"}'))
        self.rejected(b'{"provider":"mayar","email":"\\ud800@example.com"}')

    def test_content_types(self):
        body = json.dumps(GOOD).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json",
                     "application/jsonx", "text/json", None):
            self.rejected(body, status=415, code="unsupported_media_type", Content_Type=kind)
        for kind in ("application/json; charset=utf-8", "Application/JSON;charset=UTF-8", 'application/json; charset="utf-8"'):
            self.rejected(b"{}", "provider", Content_Type=kind)

    def test_one_job_of_more_than_a_mebibyte(self):
        padding = b" " * MIB
        self.rejected(b'{"provider":"mayar"}' + padding, status=413, code="body_too_large")
        self.rejected(b'{"jobs":[{}]}' + padding, "jobs[0].provider")
        self.rejected(b'{"jobs":[{}]}' + padding * 4, status=413, code="body_too_large")

    def test_other_routes_take_a_mebibyte_at_most(self):
        for path in ("/v1/jobs/a/cancel", "/v1/jobs/a/link", "/v1/providers/mayar/pause"):
            answer = self.call("POST", path, b"{}" + b" " * MIB)
            self.assert_error(answer, 413, "body_too_large")

    def test_what_was_sent_is_never_echoed_raw(self):
        name = 'x"\u001b[31m\u202e<script>' + "y" * 300
        answer = self.call("POST", "/v1/jobs", {**GOOD, name: 1, "provider": name})
        self.assertEqual(answer.status, 422)
        self.assertNotIn("\u202e".encode(), answer.body)
        self.assertNotIn(b"\x1b", answer.body)
        self.assertLess(len(answer.body), 1000)


if __name__ == "__main__":
    main()
