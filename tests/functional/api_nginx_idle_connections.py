"""A thousand connections that say nothing: others are served, and the API has none of them."""

from harness import main
from http2 import Http2
from nginx import NginxTest, allow_open_files

EACH = 250
KEPT = b"GET /healthz HTTP/1.1\r\nHost: latchkey\r\n\r\n"


class IdleConnections(NginxTest):
    def setUp(self):
        allow_open_files(16 * EACH)
        super().setUp()

    def test_others_are_served(self):
        context, http2 = self.nginx.context(), self.nginx.context("h2")
        idle = [self.nginx.connect_plain() for _ in range(EACH)]
        idle += [self.nginx.connect(context=context) for _ in range(EACH)]
        kept = [self.nginx.connect(context=context) for _ in range(EACH)]
        for connection in kept:
            connection.sendall(KEPT)
            self.assertTrue(connection.recv(65536).startswith(b"HTTP/1.1 200 "))
        callers = [Http2(self.nginx.connect(context=http2)) for _ in range(EACH)]
        self.assertEqual(callers[0].ask(path="/healthz").status, 200)
        for connection in idle + kept + [caller.connection for caller in callers]:
            self.addCleanup(connection.close)
        self.assert_serves_others()
        self.assert_serves_others("127.0.0.1")
        self.assert_daemon_is_idle()
        kept[-1].sendall(KEPT)
        self.assertTrue(kept[-1].recv(65536).startswith(b"HTTP/1.1 200 "))


if __name__ == "__main__":
    main()
