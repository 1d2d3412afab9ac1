"""A caller who does not read his answer: the API has delivered it and is free, and no part of it is in a file."""

import socket

from harness import main
from live import wait_until
from nginx import RecordedTest, talk

REQUEST = b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n"


class SlowReader(RecordedTest):
    def open(self):
        """A connection on which little fits that has not been read."""
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # or loopback's kernel would take megabytes itself
        plain.settimeout(30)
        plain.connect(("127.0.0.1", self.nginx.port))
        connection = self.nginx.context().wrap_socket(plain, server_hostname="127.0.0.1")
        self.addCleanup(connection.close)
        return connection

    def answer_of(self, size):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size
        self.recorder.answer = lambda recorded: head + b"x" * size

    def test_api_is_free_at_once(self):
        """Up to a MiB, which is more than its answers are."""
        self.answer_of(1_000_000)
        connection = self.open()
        connection.sendall(REQUEST)
        self.recorder.wait_for(1)
        self.recorder.ended()
        received = talk(connection)
        self.assertTrue(received.endswith(b"\r\n\r\n" + b"x" * 1_000_000))

    def test_answers_are_never_in_a_file(self):
        """What fits into no buffer waits in the API."""
        size = 20_000_000
        self.answer_of(size)
        connection = self.open()
        connection.sendall(REQUEST)
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "))
        self.recorder.wait_for(1)
        self.assertFalse(self.recorder.connections[0].ended)
        self.assertEqual([name for name in self.nginx.open_files() if "/temporary/" in name], [])
        received = 0
        while data := connection.recv(1_000_000):
            received += len(data)
        self.assertGreater(received, size - 4096)


if __name__ == "__main__":
    main()
