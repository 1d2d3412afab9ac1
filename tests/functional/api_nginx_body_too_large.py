"""Bodies up to 4 MiB come whole, larger ones are refused before the API hears of them; none is ever in a file."""

from harness import main
from http2 import Http2
from live import InBackground
from nginx import RecordedTest

MOST = 4 * 1024 * 1024
HEAD = b"POST /v1/jobs HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n"


def chunked(body, size=100_000):
    parts = (body[at:at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def with_length(body):
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def with_chunks(body):
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(body)


class BodyTooLarge(RecordedTest):
    def test_more_than_4_mib(self):
        for request in (with_length(b"x" * (MOST + 1)), with_chunks(b"x" * (MOST + 1)), with_chunks(b"x" * (3 * MOST))):
            self.assert_nginx_says(self.ask(request), 413, "body_too_large")
        self.assertEqual(self.recorder.connections, [])

    def test_length_alone_is_refused(self):
        """Nobody has to send it all first."""
        for length in (MOST + 1, 10 ** 18):
            with self.nginx.connect() as connection:
                connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % length)
                self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413 "))
            with self.nginx.connect("h2") as connection:
                answer = Http2(connection).ask("POST", "/v1/jobs", [(b"content-length", b"%d" % length)], b"x", end=False)
                self.assertEqual((answer.status, answer.json["code"]), (413, "body_too_large"))
        self.assertEqual(self.recorder.connections, [])

    def test_endless_chunks_are_cut_off(self):
        with self.nginx.connect() as connection:
            connection.sendall(with_chunks(b"x" * MOST)[:-5])
            connection.sendall(b"1\r\nx\r\n")
            self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 413 "))
        self.assertEqual(self.recorder.connections, [])

    def test_4_mib_come_whole_and_are_in_no_file(self):
        """A body names customers. The disk of the machine knows nothing of it, on its way in or while it is handled."""
        body = bytes(range(32, 96)) * (MOST // 64)
        self.recorder.open.clear()
        with self.nginx.connect() as connection:
            connection.sendall(with_chunks(body)[:-7])
            self.assertEqual(self.files_of_bodies(), [])
        callers = [InBackground(lambda request=request: self.ask(request)) for request in (with_length(body), with_chunks(body))]
        self.recorder.wait_for(2)
        self.assertEqual(self.files_of_bodies(), [])
        self.recorder.open.set()
        self.assertEqual([caller.result().status for caller in callers], [200, 200])
        self.assertEqual(self.recorder.requests(), [("POST /v1/jobs HTTP/1.1", body)] * 2)

    def files_of_bodies(self):
        return [name for name in self.nginx.open_files() if "/temporary/" in name]


if __name__ == "__main__":
    main()
