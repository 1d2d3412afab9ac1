"""Requests whose end, by one reading, is elsewhere than by another: what reaches the API is one request of nginx's own
making or nothing, and the next caller has his own answer.
"""

from api import Answer
from harness import main
from nginx import RecordedTest

HIDDEN = b"GET /v1/smuggled HTTP/1.1\r\nHost: latchkey\r\n\r\n"
CHUNKED_HIDDEN = b"0\r\n\r\n" + HIDDEN
LENGTH_OF_HIDDEN = b"Content-Length: %d" % len(HIDDEN)
CHUNKED = b"2\r\n{}\r\n0\r\n\r\n"


def post(headers, body, version=b"1.1", end=b"\r\n"):
    lines = [b"POST /v1/links HTTP/" + version, b"Host: latchkey", *headers]
    return end.join(lines) + end + end + body


# Each is refused; nothing of it may reach the API.
REFUSED = {
    "both lengths": post([b"Content-Length: 5", b"Transfer-Encoding: chunked"], CHUNKED_HIDDEN),
    "both lengths, the other way": post([b"Transfer-Encoding: chunked", b"Content-Length: 5"], CHUNKED_HIDDEN),
    "two equal lengths": post([b"Content-Length: 2", b"Content-Length: 2"], b"{}" + HIDDEN),
    "two lengths": post([b"Content-Length: 0", LENGTH_OF_HIDDEN], HIDDEN),
    "lengths in a list": post([b"Content-Length: 2, 2"], b"{}" + HIDDEN),
    "signed length": post([b"Content-Length: +2"], b"{}" + HIDDEN),
    "hexadecimal length": post([b"Content-Length: 0x2"], b"{}" + HIDDEN),
    "length beyond 64 bits": post([b"Content-Length: 18446744073709551618"], b"{}" + HIDDEN),
    "length with a space": post([b"Content-Length: 4 7"], HIDDEN),
    "unknown coding": post([b"Transfer-Encoding: xchunked"], CHUNKED_HIDDEN),
    "unknown coding and a length": post([b"Content-Length: 5", b"Transfer-Encoding: xchunked"], CHUNKED_HIDDEN),
    "two codings": post([b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"], CHUNKED_HIDDEN),
    "codings in a list": post([b"Transfer-Encoding: identity, chunked"], CHUNKED_HIDDEN),
    "coding after a tab": post([b"Content-Length: 5", b"Transfer-Encoding:\tchunked"], CHUNKED_HIDDEN),
    "coding before a control character": post([b"Transfer-Encoding: chunked\x0b"], CHUNKED_HIDDEN),
    "space before the colon": post([b"Content-Length: 5", b"Transfer-Encoding : chunked"], CHUNKED_HIDDEN),
    "space before the name": post([b"Content-Length: 5", b" Transfer-Encoding: chunked"], CHUNKED_HIDDEN),
    "folded line": post([b"Content-Length: 5", b"Transfer-Encoding:", b" chunked"], CHUNKED_HIDDEN),
    "folded into another header": post([b"X: y", b" Transfer-Encoding: chunked", b"Content-Length: 5"], CHUNKED_HIDDEN),
    "lone carriage return": post([b"Content-Length: 5", b"X: y\rTransfer-Encoding: chunked"], CHUNKED_HIDDEN),
    "zero byte": post([b"Content-Length: 5", b"Transfer-Encoding: chunked\0"], CHUNKED_HIDDEN),
    "chunked in HTTP/1.0": post([b"Transfer-Encoding: chunked"], CHUNKED_HIDDEN, b"1.0"),
    "chunk longer than its size": post([b"Transfer-Encoding: chunked"], b"2\r\n{}" + CHUNKED_HIDDEN),
    "chunk size with a prefix": post([b"Transfer-Encoding: chunked"], b"0x2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "negative chunk size": post([b"Transfer-Encoding: chunked"], b"-2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk size beyond 64 bits": post([b"Transfer-Encoding: chunked"], b"10000000000000002\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "GET with a length": b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\n" + LENGTH_OF_HIDDEN + b"\r\n\r\n" + HIDDEN,
    "GET with chunks": b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKED_HIDDEN,
    "request line in the target": b"GET /v1/x HTTP/1.1\r\n\r\nGET /v1/y HTTP/1.1\r\n\r\n",
    "space in the target": b"GET /v1/x HTTP/1.1 HTTP/1.1\r\nHost: latchkey\r\n\r\n",
    "two hosts": post([b"Host: other", b"Content-Length: 2"], b"{}" + HIDDEN),
    "two tokens": post([b"Authorization: Bearer a", b"Authorization: Bearer b", b"Content-Length: 2"], b"{}" + HIDDEN),
    "newer version": post([b"Content-Length: 2"], b"{}" + HIDDEN, b"2.0"),
    "not HTTP": b"\0\1\2\3 /v1/x HTTP/1.1\r\n\r\n" + HIDDEN,
}

# Each can be read in one way only, and comes as nginx has read it, whatever its form was.
READ = {
    "chunks": post([b"Transfer-Encoding: chunked"], CHUNKED),
    "chunks in capitals": post([b"Transfer-Encoding: CHUNKED"], CHUNKED),
    "chunks with extensions": post([b"Transfer-Encoding: chunked"], b'2;a=b;c="d\xff"\r\n{}\r\n0;e\r\n\r\n'),
    "chunks with trailers": post([b"Transfer-Encoding: chunked"],
                                 b"2\r\n{}\r\n0\r\nAuthorization: Bearer x\r\nContent-Length: 47\r\n\r\n"),
    "chunk sizes with zeros": post([b"Transfer-Encoding: chunked"], b"0000000002\r\n{}\r\n000\r\n\r\n"),
    "bare line feeds": post([b"Content-Length: 2"], b"{}", end=b"\n"),
    "bare line feeds in chunks": post([b"Transfer-Encoding: chunked"], b"2\n{}\n0\n\n", end=b"\n"),
    "coding with an underscore": post([b"Transfer_Encoding: chunked", b"Content-Length: 2"], b"{}"),
}


class Smuggling(RecordedTest):
    def assert_next_caller_has_his_answer(self, name):
        answer = self.ask(b"GET /v1/mine HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n", source="127.0.0.2")
        self.assertEqual((answer.status, answer.json["line"]), (200, "GET /v1/mine HTTP/1.1"), name)

    def test_refused(self):
        for name, request in REFUSED.items():
            received = self.nginx.exchange(request)
            self.assertEqual(received.count(b"HTTP/1.1 "), 1, (name, received))
            self.assertIn(Answer(received).status, (400, 501, 505), (name, received))
            self.assertEqual(Answer(received).json["code"], "bad_request", name)
            self.assert_next_caller_has_his_answer(name)
        self.assertEqual(self.recorder.requests(), [("GET /v1/mine HTTP/1.1", b"")] * len(REFUSED))

    def test_request_without_a_head(self):
        """HTTP/0.9, whose answers have none either."""
        received = self.nginx.exchange(b"GET /v1/x\r\n" + HIDDEN)
        self.assertTrue(received.startswith(b'{"code":"bad_request",'), received)
        self.assertEqual(self.recorder.connections, [])

    def test_read_in_one_way(self):
        """What follows is a request of the same caller, with a connection of its own, and nobody else's."""
        following = b"GET /v1/following HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n"
        for name, request in READ.items():
            received = self.nginx.exchange(request + following)
            self.assertEqual(received.count(b"HTTP/1.1 200 "), 2, (name, received))
            self.assert_next_caller_has_his_answer(name)
        expected = [("POST /v1/links HTTP/1.1", b"{}"), ("GET /v1/following HTTP/1.1", b""), ("GET /v1/mine HTTP/1.1", b"")]
        self.assertEqual(self.recorder.requests(), expected * len(READ))


if __name__ == "__main__":
    main()
