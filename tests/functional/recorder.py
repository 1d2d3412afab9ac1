"""Stands where the daemon would, and keeps every byte that arrives, by connection.

It answers the first request of a connection, as the API does, and then listens on until the other end is closed: what
comes after that request is somebody's smuggled goods.
"""

import json
import re
import socket
import threading

from live import wait_until

# What nginx may hand on; of all that a caller sends there is nothing else.
HEADERS = {"host", "connection", "authorization", "content-type", "accept", "content-length"}


class Recorded:
    """One connection. `raw` grows until `ended`."""

    def __init__(self):
        self.raw = b""
        self.ended = False

    @property
    def head(self):
        return self.raw.partition(b"\r\n\r\n")[0]

    @property
    def line(self):
        return self.head.partition(b"\r\n")[0].decode("latin-1")

    @property
    def headers(self):
        pairs = (line.split(": ", 1) for line in self.head.decode("latin-1").split("\r\n")[1:])
        return {name.lower(): value for name, value in pairs}

    @property
    def body(self):
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def is_whole(self):
        return b"\r\n\r\n" in self.raw and len(self.body) >= int(self.headers.get("content-length", 0))


class Recorder:
    """`answer` makes an answer's bytes of a Recorded; without `open` none goes out."""

    def __init__(self, answer=None):
        self.answer = answer or echo
        self.open = threading.Event()
        self.open.set()
        self._lock = threading.Lock()
        self._connections = []
        self._server = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.open.set()
        if self._server.fileno() >= 0:
            self._server.shutdown(socket.SHUT_RDWR)  # close() alone would not wake accept()
            self._server.close()

    @property
    def connections(self):
        with self._lock:
            return list(self._connections)

    def wait_for(self, count):
        """So many connections, each with its whole request."""
        wait_until(lambda: sum(one.is_whole for one in self.connections) >= count, f"{count} requests have come")

    def ended(self):
        """All connections, once each of them has come to its end."""
        wait_until(lambda: all(one.ended for one in self.connections), "nginx has closed its connections")
        return self.connections

    def requests(self):
        """(request line, body) of every request; fails where a connection holds anything but one of nginx's own making."""
        for one in self.ended():
            whole = re.fullmatch(rb"(GET|HEAD|POST) /[!-~]* HTTP/1\.1(\r\n[A-Za-z-]+: [ -~]+)+", one.head)
            length = int(one.headers.get("content-length", 0))
            if not whole or set(one.headers) - HEADERS or len(one.headers) != one.head.count(b"\r\n") or \
                    len(one.body) != length or one.headers["connection"] != "close" or one.headers["host"] != "latchkey":
                raise AssertionError(f"not exactly one request: {one.raw!r}")
        return [(one.line, one.body) for one in self.connections]

    def _accept(self):
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        recorded = Recorded()
        with self._lock:
            self._connections.append(recorded)
        with connection:
            try:
                while not recorded.is_whole and (data := connection.recv(65536)):
                    recorded.raw += data
                self.open.wait()
                connection.sendall(self.answer(recorded))
                connection.shutdown(socket.SHUT_WR)
                while data := connection.recv(65536):
                    recorded.raw += data
            except OSError:
                pass
        recorded.ended = True


def echo(recorded):
    """Says what was asked for, so that a caller can tell whether the answer is his."""
    body = json.dumps({"line": recorded.line, "body": recorded.body.decode("latin-1")}).encode()
    if recorded.line.startswith("HEAD "):
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
        len(body), body)
