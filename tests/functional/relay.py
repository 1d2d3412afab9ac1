"""A relay on loopback between the daemon and the sandbox: everything that passes is kept, with its time.

It shows what really was on the wire, which neither end need be believed about.
"""

import socket
import threading
import time
from urllib.parse import urlsplit


class Relay:
    def __init__(self, target_url):
        target = urlsplit(target_url)
        self._target = (target.hostname, target.port)
        self._lock = threading.Lock()
        self._requests = []
        self._bytes = b""
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._server.shutdown(socket.SHUT_RDWR)  # close() alone would not wake accept()
        self._server.close()

    @property
    def bytes(self):
        """All that went either way."""
        with self._lock:
            return self._bytes

    def times_of(self, start):
        """When requests arrived whose first bytes are these, in order."""
        with self._lock:
            return [moment for moment, data in self._requests if data.startswith(start)]

    def _accept(self):
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(near,), daemon=True).start()

    def _relay(self, near):
        with near, socket.create_connection(self._target) as far:
            back = threading.Thread(target=self._pump, args=(far, near, False), daemon=True)
            back.start()
            self._pump(near, far, True)
            back.join()

    def _pump(self, source, sink, is_request):
        try:
            while data := source.recv(65536):
                with self._lock:
                    self._bytes += data
                    if is_request:
                        self._requests.append((time.time(), data))
                sink.sendall(data)
        except OSError:
            pass
        # Whichever end has gone, the other one must notice. Neither program half-closes.
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
