"""Hundreds of callers who never finish their request's head: others are served, the API does not see them, and they are
cut off in time.
"""

from harness import main
from live import wait_until
from nginx import NginxTest, allow_open_files

SLOW = 400
BEGUN = b"POST /v1/links HTTP/1.1\r\nHost: latchkey\r\nX-Slow: "


class SlowHeads(NginxTest):
    def setUp(self):
        allow_open_files(4 * SLOW)
        super().setUp()

    def test_others_are_served(self):
        context = self.nginx.context()
        slow = [self.nginx.connect(source="127.0.0.2", context=context) for _ in range(SLOW)]
        for connection in slow:
            self.addCleanup(connection.close)
            connection.sendall(BEGUN)
        self.assert_serves_others()
        for connection in slow:
            connection.sendall(b"y")
        self.assert_serves_others(source="127.0.0.2")  # even from the same address
        self.assert_daemon_is_idle()
        self.assertEqual(sum(self.is_cut(connection) for connection in slow), SLOW)
        self.assert_serves_others()
        self.assertEqual(self.project.job_count(), 3)

    def is_cut(self, connection):
        """However much of a head still comes, its time runs out. There is no answer then."""
        connection.settimeout(0.05)

        def ended():
            try:
                connection.sendall(b"y")
                return connection.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True
        return wait_until(ended, "nginx cuts a slow caller off")


if __name__ == "__main__":
    main()
