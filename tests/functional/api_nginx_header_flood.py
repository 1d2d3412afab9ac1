"""Headers that are too many or too large end at nginx; of those that fit, only the API's own are handed on."""

from harness import main
from http2 import Http2
from nginx import RecordedTest

LINE = b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n"


class HeaderFlood(RecordedTest):
    def test_what_is_too_large(self):
        for flood in (b"X: " + b"y" * 9000 + b"\r\n", b"X: y\r\n" * 10_000, b"X" * 9000 + b": y\r\n",
                      b"Authorization: Bearer " + b"y" * 9000 + b"\r\n", b"Cookie: " + b"y" * 5000 + b"\r\n" * 1 +
                      b"Cookie: " + b"y" * 5000 + b"\r\nCookie: " + b"y" * 7000 + b"\r\n"):
            self.assert_nginx_says(self.ask(LINE + flood + b"\r\n"), 431, "headers_too_large")
        self.assertEqual(self.recorder.connections, [])

    def test_head_without_end(self):
        """The answer does not wait for it."""
        with self.nginx.connect() as connection:
            connection.sendall(LINE + b"X: y\r\n" * 10_000)
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 431 "))
        self.assertEqual(self.recorder.connections, [])

    def test_long_target(self):
        for target in (b"/v1/" + b"x" * 9000, b"/v1/x?" + b"y" * 9000):
            answer = self.ask(LINE.replace(b"/v1/x", target) + b"\r\n")
            self.assert_nginx_says(answer, 414, "uri_too_long")
        self.assertEqual(self.recorder.connections, [])

    def test_http_2(self):
        """An answer, or the end of the connection."""
        for fields in ([(b"x", b"y" * 9000)], [(b"x", b"y" * 40)] * 2000, [(b"x" * 9000, b"y")],
                       [(b"cookie", b"y" * 1000)] * 40):
            with self.nginx.connect("h2") as connection:
                self.assertIn(Http2(connection).ask(fields=fields).status, (None, 431))
        self.assertEqual(self.recorder.connections, [])

    def test_only_the_apis_own_headers_are_handed_on(self):
        """Each of the others would be read by the API's HTTP library, which then sends a part of the answer, packs it,
        unpacks the body, or believes where the request comes from."""
        more = {"Authorization": "Bearer one", "Content-Type": "application/json", "Accept": "application/json"}
        others = ("Range: bytes=0-0", "Accept-Encoding: gzip", "Content-Encoding: gzip", "X-Forwarded-For: 127.0.0.1",
                  "Connection: keep-alive, Authorization", "Upgrade: h2c", "Expect: 100-continue", "TE: trailers",
                  "Cookie: a=b", "Trailer: X", "Keep-Alive: timeout=9", "Transfer_Encoding: chunked",
                  "X-Accel-Redirect: /metrics", "Content-Length: 2")
        lines = [f"{name}: {value}" for name, value in more.items()] + list(others)
        request = ("POST /v1/x HTTP/1.1\r\nHost: evil.example\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n{}")
        with self.nginx.connect() as connection:
            connection.sendall(request.encode())
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 100 "))
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.assertEqual(self.recorder.requests(), [("POST /v1/x HTTP/1.1", b"{}")])
        expected = {"host": "latchkey", "connection": "close", "content-length": "2",
                    **{name.lower(): value for name, value in more.items()}}
        self.assertEqual(self.recorder.connections[0].headers, expected)


if __name__ == "__main__":
    main()
