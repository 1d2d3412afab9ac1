"""Callers who come all at once are all let in: nobody waits for the second after which a lost SYN is sent again."""

import signal
import socket
from contextlib import ExitStack

from api import ApiTest
from harness import main

SECONDS = 0.9
CALLERS = 200


class ManyConnections(ApiTest):
    def test_none_is_lost_while_the_daemon_is_busy(self):
        host, port = self.daemon.api.split(":")
        with ExitStack() as connections:
            self.daemon.signal(signal.SIGSTOP)
            try:
                callers = [connections.enter_context(socket.create_connection((host, int(port)), timeout=SECONDS))
                           for _ in range(CALLERS)]
            finally:
                self.daemon.signal(signal.SIGCONT)
            for caller in callers:
                caller.settimeout(20)
                caller.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            for caller in callers:
                self.assertTrue(caller.recv(4096).startswith(b"HTTP/1.1 200 "))


if __name__ == "__main__":
    main()
