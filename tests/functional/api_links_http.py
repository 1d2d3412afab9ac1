"""HTTP as it should not be: too large, both length headers, wrong method and path, cut requests. The server goes on."""

import socket

from api import ApiTest, connect, exchange, head
from harness import main

BODY = b'{"customerId":"cus_1"}'
TOO_LARGE = 65 * 1024


def chunked(data, size=4096):
    parts = [data[at:at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


class Http(ApiTest):
    def tearDown(self):
        self.assert_serves()

    def send_raw(self, *parts, method="POST", path="/v1/links", **headers):
        return exchange(self.daemon.api, head(method, path, Authorization=f"Bearer {self.token}", **headers), *parts)

    def test_body_of_65_kib_by_content_length(self):
        body = b'{"customerId":"' + b"x" * TOO_LARGE + b'"}'
        self.assert_error(self.send_raw(body, Content_Length=len(body)), 413, "body_too_large")

    def test_body_of_65_kib_chunked(self):
        body = b'{"customerId":"' + b"x" * TOO_LARGE + b'"}'
        self.assert_error(self.send_raw(chunked(body), Transfer_Encoding="chunked"), 413, "body_too_large")

    def test_endless_chunked_body_is_cut_off(self):
        """Nobody reads on for ever: what is too large already is answered before its end has come."""
        with connect(self.daemon.api) as connection:
            connection.sendall(head(Authorization=f"Bearer {self.token}", Transfer_Encoding="chunked"))
            connection.sendall(chunked(b"x" * TOO_LARGE)[:-5])
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413 "))

    def test_chunked_is_fine(self):
        self.assertEqual(self.send_raw(chunked(BODY, 5), Transfer_Encoding="chunked").status, 200)

    def test_chunks_that_are_none(self):
        for body in (b"zz\r\n", b"-1\r\nx\r\n", b"5\r\nab\r\n0\r\n\r\n"):
            answer = self.send_raw(body, Transfer_Encoding="chunked")
            self.assert_error(answer, 400, "bad_request")

    def test_both_length_headers_or_none(self):
        """A proxy in front might believe the other one: the connection ends after the refusal."""
        answer = self.send_raw(chunked(BODY), Content_Length=len(BODY), Transfer_Encoding="chunked")
        self.assert_error(answer, 400, "bad_request")
        raw = head(Authorization=f"Bearer {self.token}", Content_Length=len(BODY))
        raw = raw.replace(b"Content-Length", b"Content-Length: 5\r\nContent-Length")
        self.assert_error(exchange(self.daemon.api, raw + BODY), 400, "bad_request")
        self.assert_error(self.send_raw(), 400, "bad_request")
        self.assertEqual(self.project.job_count(), 0)

    def test_unread_body_is_not_run_as_the_next_request(self):
        """A connection is good for one request: what else comes on it is nobody's."""
        hidden = b"GET /healthz HTTP/1.1\r\nHost: latchkey\r\n\r\n"
        for headers in ({"Content_Length": len(hidden)}, {"Content_Length": 0, "Transfer_Encoding": "chunked"}, {}):
            raw = head(**headers).replace(b"Connection: close\r\n", b"")
            with connect(self.daemon.api) as connection:
                connection.sendall(raw + hidden)
                received = b""
                try:
                    while chunk := connection.recv(65536):
                        received += chunk
                except ConnectionResetError:
                    pass
            self.assertEqual(received.count(b"HTTP/1.1 "), 1, received)
            self.assertTrue(received.startswith(b"HTTP/1.1 4"), received)

    def test_length_that_is_no_number(self):
        for length in ("abc", "-5", "+5", "0x17", "23, 23", "", "99999999999999999999"):
            self.assert_error(self.send_raw(BODY, Content_Length=length), 400, "bad_request")

    def test_other_codings_are_refused_at_once(self):
        for coding in ("gzip", "chunked, gzip", "identity", ""):
            self.assert_error(self.send_raw(chunked(BODY), Transfer_Encoding=coding), 400, "bad_request")

    def test_wrong_method_is_405(self):
        for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = self.send_raw(BODY, method=method, Content_Length=len(BODY))
            self.assert_error(answer, 405, "method_not_allowed")
        answer = self.send_raw(method="POST", path="/healthz", Content_Length=0)
        self.assert_error(answer, 405, "method_not_allowed")

    def test_wrong_path_is_404(self):
        for path in ("/", "/v1", "/v1/links/", "/v1/links/x", "/v2/links", "/v1//links", "/%2e%2e/etc/passwd"):
            self.assert_error(self.send_raw(BODY, path=path, Content_Length=len(BODY)), 404, "not_found")

    def test_not_http(self):
        for raw in (b"\x16\x03\x01\x02\x00\x01\x00", b"HELO latchkey\r\n\r\n", b"\r\n\r\n", b"\x00" * 100):
            with connect(self.daemon.api) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                received = b""
                try:
                    while chunk := connection.recv(65536):
                        received += chunk
                except ConnectionResetError:
                    pass
            self.assertNotIn(b"HTTP/1.1 2", received)

    def test_long_header_line(self):
        answer = self.send_raw(BODY, Content_Length=len(BODY), X_Long="x" * 10_000)
        self.assertGreaterEqual(answer.status, 400, answer)
        self.assertLess(answer.status, 500, answer)

    def test_cut_request(self):
        """What came before the cut is no request, however complete it looks."""
        bearer = f"Bearer {self.token}"
        good = head(Authorization=bearer, Content_Length=1000)
        in_chunks = head(Authorization=bearer, Transfer_Encoding="chunked") + b"100\r\n" + BODY
        for raw in (good + BODY, good, good[:30], in_chunks, in_chunks + b"\r\n0\r\n\r\n"):
            with connect(self.daemon.api) as connection:
                connection.sendall(raw)
        self.assert_serves()
        self.assertEqual(self.project.job_count(), 1)

    def test_large_body_of_no_route_is_not_kept(self):
        """An endless body to a path that there is not costs no memory."""
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        with connect(self.daemon.api) as connection:
            connection.sendall(head(path="/nowhere", Transfer_Encoding="chunked"))
            with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                for _ in range(1000):
                    connection.sendall(piece)


if __name__ == "__main__":
    main()
