"""A request whose end is in doubt is answered and its connection closed: none of its bytes becomes another request."""

import socket
import struct

from api import ApiTest, Connection, connect
from harness import main

BODY = b'{"provider":"mayar","email":"a@example.com","requestId":"outer"}'


def chunked(data):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


class Framing(ApiTest):
    def setUp(self):
        super().setUp()
        self.smuggled = self.request("POST", "/v1/jobs", {"provider": "mayar", "email": "b@example.com",
                                                          "requestId": "smuggled"}, Connection=None)

    def tearDown(self):
        self.assertNotIn(("smuggled",), self.project.rows("SELECT request_id FROM jobs"))
        self.assert_serves()

    def raw(self, *lines, method="POST", path="/v1/jobs", version="1.1", content_type=True):
        usual = [f"{method} {path} HTTP/{version}", "Host: latchkey", f"Authorization: Bearer {self.token}"]
        if content_type and method == "POST":
            usual.append("Content-Type: application/json")
        return "\r\n".join([*usual, *lines]).encode() + b"\r\n\r\n"

    def assert_only_answer(self, *parts, status=400, code="bad_request"):
        """One answer, the connection closed, and nothing answered after it."""
        with Connection(self.daemon.api) as connection:
            connection.send(*parts)
            answer = connection.answer()
            self.assertIsNotNone(answer, parts)
            self.assertEqual(answer.status, status, (parts, answer))
            if code:
                self.assert_error(answer, status, code)
            self.assertEqual(answer.headers["connection"], "close", parts)
            self.assertTrue(connection.closed())
            self.assertEqual(connection.received, b"", parts)
            return answer

    def test_two_statements_of_the_length(self):
        length = f"Content-Length: {len(BODY)}"
        for lines in ((length, "Transfer-Encoding: chunked"), ("Transfer-Encoding: chunked", length),
                      (length, "Content-Length: 0"), ("Content-Length: 0", length), (length, length),
                      ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
                      ("Content-Length: 0", "Transfer-Encoding: chunked")):
            self.assert_only_answer(self.raw(*lines), self.smuggled)

    def test_no_length_or_one_that_is_no_number(self):
        self.assert_only_answer(self.raw(), self.smuggled)
        for length in ("-1", "+5", "0x5", "5,5", "5 5", "1e1", "5;", "9" * 30):
            self.assert_only_answer(self.raw(f"Content-Length: {length}"), self.smuggled)

    def test_names_that_are_no_names(self):
        """What a proxy might take for a Content-Length, and we do not."""
        for line in (f"Content-Length : {len(self.smuggled)}", f" Content-Length: {len(self.smuggled)}",
                     f"Content-Length\t: {len(self.smuggled)}", f"\tX: y"):
            self.assert_only_answer(self.raw(line, "Content-Length: 0"), self.smuggled)

    def test_codings_that_are_not_taken(self):
        for coding in ("gzip", "chunked, chunked", "gzip, chunked", "xchunked", "identity"):
            self.assert_only_answer(self.raw(f"Transfer-Encoding: {coding}"), chunked(BODY), self.smuggled)
        self.assert_only_answer(self.raw("Transfer-Encoding: chunked", version="1.0"), chunked(BODY), self.smuggled)

    def test_encoded_content_is_not_read(self):
        for coding in ("gzip", "br", "deflate", "x"):
            self.assert_only_answer(self.raw(f"Content-Length: {len(self.smuggled)}", f"Content-Encoding: {coding}"),
                                    self.smuggled, status=415, code="unsupported_media_type")

    def test_methods_that_take_no_body(self):
        length = f"Content-Length: {len(self.smuggled)}"
        for method, status, code in (("GET", 400, "bad_request"), ("DELETE", 405, "method_not_allowed"),
                                     ("OPTIONS", 405, "method_not_allowed"), ("TRACE", 405, "method_not_allowed"),
                                     ("CONNECT", 405, "method_not_allowed"), ("PRI", 405, "method_not_allowed")):
            self.assert_only_answer(self.raw(length, method=method), self.smuggled, status=status, code=code)
            self.assert_only_answer(self.raw("Transfer-Encoding: chunked", method=method), chunked(self.smuggled),
                                    status=status, code=code)
        self.assert_only_answer(self.raw(length, method="GET", path="/healthz"), self.smuggled)

    def test_head_with_a_body(self):
        """The answer has no body, whatever its headers say."""
        for path, status in (("/healthz", 400), ("/v1/jobs/a/cancel", 405), ("/nowhere", 404)):
            with Connection(self.daemon.api) as connection:
                connection.send(self.raw(f"Content-Length: {len(self.smuggled)}", method="HEAD", path=path),
                                self.smuggled)
                self.assertTrue(connection.closed())
                head, _, rest = connection.received.partition(b"\r\n\r\n")
                self.assertTrue(head.startswith(b"HTTP/1.1 %d " % status), connection.received)
                self.assertIn(b"Connection: close", head)
                self.assertEqual(rest, b"")

    def test_chunked_is_taken_and_is_the_last(self):
        with Connection(self.daemon.api) as connection:
            connection.send(self.raw("Transfer-Encoding: chunked"), chunked(BODY))
            answer = connection.answer()
            self.assertEqual((answer.status, answer.headers["connection"]), (201, "close"))
            connection.send(self.smuggled)
            self.assertTrue(connection.closed())

    def test_trailer_is_no_header(self):
        """What comes after the body neither says who asks nor what the body is."""
        body = chunked(BODY)[:-2]
        raw = self.raw("Transfer-Encoding: chunked").replace(b"Authorization", b"X-Other")
        trailer = f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        self.assert_only_answer(raw, body, trailer, status=401, code="unauthorized")
        raw = self.raw("Transfer-Encoding: chunked", content_type=False)
        self.assert_only_answer(raw, body, b"Content-Type: application/json\r\n\r\n", status=415,
                                code="unsupported_media_type")

    def test_headers_that_may_be_there_once(self):
        length = f"Content-Length: {len(BODY)}"
        self.assert_only_answer(self.raw("Host: other", length), BODY)
        self.assert_only_answer(self.raw("Content-Type: text/plain", length), BODY)
        self.assert_only_answer(self.raw(length).replace(b"Host: latchkey\r\n", b""), BODY)
        self.assert_only_answer(self.raw(f"Authorization: Bearer {self.token}", length), BODY, status=401,
                                code="unauthorized")

    def test_header_flood(self):
        many = [f"X-{number}: y" for number in range(200)]
        self.assert_only_answer(self.raw(*many, "Content-Length: 0"), self.smuggled, status=431,
                                code="headers_too_large")
        long = [f"X-{number}: {'y' * 4000}" for number in range(5)]
        self.assert_only_answer(self.raw(*long, "Content-Length: 0"), self.smuggled, status=431,
                                code="headers_too_large")
        self.assert_only_answer(self.raw("X: " + "y" * 10_000, "Content-Length: 0"), self.smuggled)

    def test_control_characters(self):
        self.assert_only_answer(self.raw("X: a%0d%0aContent-Length: 5", "Content-Length: 0"), self.smuggled)
        self.assert_only_answer(self.raw("X: a\x01b", "Content-Length: 0"), self.smuggled)
        self.assert_only_answer(self.raw("Content-Length: 0", path="/v1/jobs%0d%0aX"), self.smuggled, status=404,
                                code="not_found")

    def test_targets_that_are_too_long(self):
        self.assert_only_answer(self.raw("Content-Length: 0", path="/" + "x" * 600), self.smuggled, status=404,
                                code="not_found")
        self.assert_only_answer(self.raw("Content-Length: 0", path="/v1/jobs?" + "x" * 9000), self.smuggled, status=414,
                                code="uri_too_long")

    def test_range_is_no_part_of_it(self):
        """Neither a good range nor a bad one changes an answer, or leaves a body unread."""
        whole = self.call("GET", "/healthz")
        part = self.call("GET", "/healthz", Range="bytes=0-0")
        self.assertEqual((part.status, part.body), (whole.status, whole.body))
        self.assertEqual(self.call("GET", "/healthz", Range="bytes=0-0,1-1").body, whole.body)
        self.assertEqual(self.link("cus_1", requestId="l").status, 200)
        answer = self.post({"customerId": "cus_1"}, Range="bytes=5-9")
        self.assertTrue(self.sandbox.open(answer.json["link"])["opened"])
        for unread in ("bytes=x", "bytes=9-1", "bytes=0-0,9-1"):
            self.assert_only_answer(self.raw(f"Range: {unread}", f"Content-Length: {len(self.smuggled)}"),
                                    self.smuggled)

    def test_answers_are_not_compressed(self):
        answer = self.call("GET", "/healthz", Accept_Encoding="gzip, br")
        self.assertNotIn("content-encoding", answer.headers)
        self.assertEqual(answer.body, self.call("GET", "/healthz").body)

    def test_body_that_is_too_large(self):
        large = 5 * 1024 * 1024
        self.assert_only_answer(self.raw(f"Content-Length: {large}"), b"x" * large, self.smuggled, status=413,
                                code="body_too_large")
        with connect(self.daemon.api) as connection:
            connection.sendall(self.raw(f"Content-Length: {10 ** 12}"))
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413 "))
        with connect(self.daemon.api) as connection:
            connection.sendall(self.raw("Transfer-Encoding: chunked") + b"%x\r\n" % large + b"x" * large)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413 "))

    def test_multipart_is_not_taken_apart(self):
        raw = self.raw(f"Content-Length: {len(self.smuggled)}", "Content-Type: multipart/form-data; boundary=x",
                       content_type=False)
        self.assert_only_answer(raw, self.smuggled, status=415, code="unsupported_media_type")

    def test_large_body_is_asked_for_by_100_continue(self):
        with Connection(self.daemon.api) as connection:
            connection.send(self.raw(f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
            self.assertTrue(connection.socket.recv(4096).startswith(b"HTTP/1.1 100 "))
            connection.send(BODY)
            self.assertEqual(connection.answer().status, 201)

    def test_callers_who_leave_in_the_middle(self):
        linger_zero = struct.pack("ii", 1, 0)
        whole = self.raw(f"Content-Length: {len(BODY)}") + BODY
        for cut in (5, 40, len(whole) - len(BODY) + 1, len(whole) - 1):
            for reset in (False, True):
                with connect(self.daemon.api) as connection:
                    connection.sendall(whole[:cut])
                    if reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_zero)
        self.assert_serves()
        self.assertEqual(self.project.rows("SELECT request_id FROM jobs WHERE request_id = 'outer'"), [])

    def test_wrong_methods_name_the_right_ones(self):
        answer = self.call("GET", "/v1/links")
        self.assert_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "POST")
        self.assertEqual(self.call("POST", "/healthz", {}).headers["allow"], "GET, HEAD")
        answer = self.call("OPTIONS", "/v1/jobs", Origin="https://example.com")
        self.assertEqual(answer.status, 405)
        self.assertFalse([name for name in answer.headers if name.startswith("access-control")])


if __name__ == "__main__":
    main()
