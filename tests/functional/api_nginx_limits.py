"""How much one address may have at a time and in a second; another address has its own."""

from harness import main
from live import InBackground
from nginx import RecordedTest, talk

AT_A_TIME = 64
WAITING = 48  # of those for links
KEPT = 1000  # requests on one connection


def request(method, path, more=""):
    return f"{method} {path} HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n{more}\r\n".encode()


class Limits(RecordedTest):
    # As behind a balancer, which says for whom it asks: so that many addresses can be had here, of IPv6 too.
    nginx_options = {"more": "set_real_ip_from 127.0.0.1; real_ip_header X-Caller;"}

    def begin(self, caller, method, path, count):
        """So many requests that the API has not answered."""
        self.recorder.open.clear()
        before = len(self.recorder.connections)
        for _ in range(count):
            connection = self.nginx.connect(context=self.context)
            self.addCleanup(connection.close)
            connection.sendall(request(method, path, f"X-Caller: {caller}\r\n"))
        self.recorder.wait_for(before + count)

    def setUp(self):
        super().setUp()
        self.context = self.nginx.context()

    def assert_refused(self, caller, method, path):
        answer = self.ask(request(method, path, f"X-Caller: {caller}\r\n"))
        self.assert_nginx_says(answer, 429, "too_many_requests")
        self.assertEqual(answer.headers["retry-after"], "1")

    def assert_let_in(self, caller, method, path):
        self.begin(caller, method, path, 1)

    def test_links_that_are_waited_for(self):
        """They leave the address some of its places for what is quick, and other addresses all of theirs."""
        self.begin("192.0.2.1", "POST", "/v1/links", WAITING)
        self.assert_refused("192.0.2.1", "POST", "/v1/links")
        self.assert_let_in("192.0.2.2", "POST", "/v1/links")
        self.begin("192.0.2.1", "GET", "/v1/jobs", AT_A_TIME - WAITING)
        self.assert_refused("192.0.2.1", "GET", "/v1/jobs")
        self.assert_let_in("192.0.2.2", "GET", "/v1/jobs")
        self.recorder.open.set()
        self.recorder.ended()
        self.assertEqual(self.ask(request("POST", "/v1/links", "X-Caller: 192.0.2.3\r\n")).status, 200)

    def test_network_of_ipv6_is_one_caller(self):
        """Whoever has an address there has 2^64 of them."""
        self.begin("2001:db8:1:2::1", "POST", "/v1/links", WAITING - 1)
        self.begin("2001:db8:1:2:ffff:a0a::1", "POST", "/v1/links", 1)
        self.assert_refused("2001:db8:1:2:8000::7", "POST", "/v1/links")
        self.assert_let_in("2001:db8:1:3::1", "POST", "/v1/links")
        self.assert_let_in("2001:db8:a:2::1", "POST", "/v1/links")


class Flood(RecordedTest):
    def test_requests_of_a_second(self):
        """Nothing answers behind nginx, so that it can be quick: 6,000 requests against 1,000 and 500 a second."""
        self.recorder.close()
        one = b"GET /v1/x HTTP/1.1\r\nHost: latchkey\r\n\r\n"

        def flood():
            with self.nginx.connect(source="127.0.0.2") as connection:
                return talk(connection, one * KEPT)
        received = b"".join(caller.result() for caller in [InBackground(flood) for _ in range(6)])
        self.assertEqual(received.count(b"HTTP/1.1 502 ") + received.count(b"HTTP/1.1 429 "), 6 * KEPT)
        self.assertGreater(received.count(b"HTTP/1.1 429 "), 0)
        self.assertGreaterEqual(received.count(b"HTTP/1.1 502 "), 1000)
        self.assertEqual(self.ask(request("GET", "/v1/x"), source="127.0.0.3").status, 502)


if __name__ == "__main__":
    main()
