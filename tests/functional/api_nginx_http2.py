"""HTTP/2 that would be something else once it is written as HTTP/1.1: it is refused, or comes as a body and no more."""

from harness import main
from http2 import RST_STREAM, Http2, frame
from nginx import RecordedTest

HIDDEN = b"GET /v1/smuggled HTTP/1.1\r\nHost: latchkey\r\n\r\n"
WHOLE = b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n"
CANCEL = (8).to_bytes(4, "big")
GIVEN_UP = 500
STREAMS_MAX = 64  # at a time, on a connection and of an address

# Options of Http2.send; nothing of these may reach the API.
REFUSED = {
    "line end in a value": {"fields": [(b"authorization", b"Bearer a\r\nTransfer-Encoding: chunked")]},
    "line feed in a value": {"fields": [(b"accept", b"a\nTransfer-Encoding: chunked")]},
    "zero byte in a value": {"fields": [(b"content-type", b"a\0b")]},
    "line end in a name": {"fields": [(b"accept: a\r\ntransfer-encoding", b"chunked")]},
    "colon in a name": {"fields": [(b"transfer-encoding: chunked\r\nx", b"y")]},
    "line end in the path": {"path": "/v1/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX: y"},
    "space in the path": {"path": "/v1/x HTTP/1.1"},
    "line end in the method": {"method": "POST /v1/y HTTP/1.1\r\nHost: latchkey\r\n\r\nGET"},
    "absolute path": {"path": "http://latchkey/v1/x"},
    "length shorter than the body": {"method": "POST", "fields": [(b"content-length", b"0")], "body": HIDDEN},
    "length longer than the body": {"method": "POST", "fields": [(b"content-length", b"90")], "body": HIDDEN},
    "two lengths": {"method": "POST", "fields": [(b"content-length", b"45"), (b"content-length", b"0")], "body": HIDDEN},
    "path given later": {"fields": [(b"accept", b"a"), (b":path", b"/v1/smuggled")]},
    "path given twice": {"fields": [(b":path", b"/v1/smuggled")]},
    "GET with a length": {"fields": [(b"content-length", b"45")], "body": HIDDEN},
}


class OverHttp2(RecordedTest):
    def open(self, **options):
        connection = self.nginx.connect("h2", **options)
        self.addCleanup(connection.close)
        return Http2(connection)

    def assert_next_caller_has_his_answer(self, name):
        answer = self.open(source="127.0.0.2").ask(path="/v1/mine")
        self.assertEqual((answer.status, answer.json["line"]), (200, "GET /v1/mine HTTP/1.1"), name)

    def test_refused(self):
        for name, options in REFUSED.items():
            answer = self.open().ask(**options)
            self.assertIn(answer.status, (None, 400), (name, answer))
            self.assert_next_caller_has_his_answer(name)
        self.assertEqual(self.recorder.requests(), [("GET /v1/mine HTTP/1.1", b"")] * len(REFUSED))

    def test_headers_of_connections(self):
        """HTTP/2 has none; newer versions of nginx refuse them, older ones take no notice."""
        body = b"0\r\n\r\n" + HIDDEN
        for fields in ([(b"transfer-encoding", b"chunked")], [(b"connection", b"keep-alive")], [(b"te", b"trailers")]):
            answer = self.open().ask("POST", "/v1/x", fields, body)
            self.assertIn(answer.status, (None, 200, 400), answer)
            self.assert_next_caller_has_his_answer(fields)
        self.assertEqual({request for request in self.recorder.requests()} - {("POST /v1/x HTTP/1.1", body)},
                         {("GET /v1/mine HTTP/1.1", b"")})

    def test_body_that_is_broken_off(self):
        caller = self.open()
        caller.send("POST", "/v1/x", body=HIDDEN, end=False)
        caller.connection.close()
        self.assert_next_caller_has_his_answer("broken off")
        self.assertEqual(self.recorder.requests(), [("GET /v1/mine HTTP/1.1", b"")])

    def test_more_streams_than_there_may_be(self):
        """They are refused one by one; the others of the connection have their answers."""
        self.recorder.open.clear()
        caller = self.open()
        streams = [caller.send("POST", f"/v1/{number}", body=b"{}") for number in range(2 * STREAMS_MAX)]
        self.recorder.wait_for(STREAMS_MAX)
        self.recorder.open.set()
        answers = [caller.answer(stream) for stream in streams]
        self.assertEqual([answer.status for answer in answers[:STREAMS_MAX]], [200] * STREAMS_MAX)
        self.assertEqual([answer.json["line"] for answer in answers[:STREAMS_MAX]],
                         [f"POST /v1/{number} HTTP/1.1" for number in range(STREAMS_MAX)])
        self.assertEqual({answer.status for answer in answers[STREAMS_MAX:]}, {None})
        self.assertEqual(len(self.recorder.requests()), STREAMS_MAX)

    def test_streams_that_are_given_up_at_once(self):
        """Nothing is left of them behind nginx, and others are served."""
        caller = self.open()
        for _ in range(GIVEN_UP):
            caller.write(frame(RST_STREAM, 0, caller.send(path="/v1/x"), CANCEL))
        self.assert_next_caller_has_his_answer("given up")
        for one in self.recorder.ended():
            self.assertTrue(WHOLE.startswith(one.raw) or b"/v1/mine" in one.raw, one.raw)


if __name__ == "__main__":
    main()
