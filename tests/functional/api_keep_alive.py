"""A connection serves many requests, one after the other, and ends when the server says so."""

import json

from api import ApiTest, Connection
from harness import at, main

OPEN = {"Connection": None}


class KeepAlive(ApiTest):
    def job(self, number):
        return self.request("POST", "/v1/jobs", {"provider": "mayar", "email": f"a{number}@example.com",
                                                 "requestId": f"mail-{number}", "at": at(hours=1)}, **OPEN)

    def test_many_jobs_on_one_connection(self):
        with Connection(self.daemon.api) as connection:
            for number in range(200):
                connection.send(self.job(number))
                answer = connection.answer()
                self.assertEqual((answer.status, answer.json["requestId"]), (201, f"mail-{number}"))
                self.assertNotIn("connection", answer.headers)
        self.assertEqual(self.project.job_count(), 200)

    def test_errors_of_the_content_leave_it_open(self):
        with Connection(self.daemon.api) as connection:
            for body, status in ((b"{", 422), (b"{}", 422), (b'{"provider":"venus"}', 422)):
                connection.send(self.request("POST", "/v1/jobs", body, **OPEN))
                self.assertEqual(connection.answer().status, status)
            connection.send(self.request("POST", "/v1/jobs", {}, token="x", **OPEN))
            self.assertEqual(connection.answer().status, 401)
            connection.send(self.request("POST", "/v1/nowhere", {}, **OPEN))
            self.assertEqual(connection.answer().status, 404)
            connection.send(self.request("GET", "/v1/jobs/a/cancel", **OPEN))
            self.assertEqual(connection.answer().status, 405)
            connection.send(self.request("POST", "/v1/jobs", b"x", Content_Type="text/plain", **OPEN))
            self.assertEqual(connection.answer().status, 415)
            connection.send(self.request("HEAD", "/healthz", **OPEN).replace(b"Authorization", b"X-Other"))
            self.assertIn(b"200", connection.socket.recv(4096))
            connection.send(self.job(1))
            self.assertEqual(connection.answer().status, 201)

    def test_links_come_on_it(self):
        with Connection(self.daemon.api) as connection:
            for number in range(3):
                body = {"customerId": "cus_1", "requestId": f"link-{number}"}
                connection.send(self.request("POST", "/v1/links", body, **OPEN))
                self.assertTrue(self.sandbox.open(connection.answer().json["link"])["opened"])
        for number in range(3):
            self.wait_for_state(f"link-{number}", "done")

    def test_whoever_asks_for_it_gets_it_closed(self):
        for word in ("close", "Close", "keep-alive, close"):
            with Connection(self.daemon.api) as connection:
                connection.send(self.request("GET", "/healthz", Connection=word))
                self.assertEqual(connection.answer().headers["connection"], "close")
                self.assertTrue(connection.closed())

    def test_http_1_0_is_answered_and_closed(self):
        with Connection(self.daemon.api) as connection:
            connection.send(self.request("GET", "/healthz", Connection="Keep-Alive").replace(b"HTTP/1.1", b"HTTP/1.0"))
            self.assertEqual(connection.answer().status, 200)
            self.assertTrue(connection.closed())

    def test_a_thousand_requests_are_the_most(self):
        request = self.request("GET", "/healthz", **OPEN)
        with Connection(self.daemon.api) as connection:
            for _ in range(999):
                connection.send(request)
                self.assertNotIn("connection", connection.answer().headers)
            connection.send(request)
            self.assertEqual(connection.answer().headers["connection"], "close")
            self.assertTrue(connection.closed())

    def test_what_is_sent_before_the_answer_serves_nobody(self):
        """Pipelining is not offered: what comes too early is lost, and the rest of it is no request."""
        for size in (0, 3000, 5000, 9000):
            padding = {"provider": "mayar", "email": "a@example.com", "requestId": "x" * size, "at": at(hours=1)}
            with Connection(self.daemon.api) as connection:
                connection.send(self.job(size), self.request("POST", "/v1/jobs", padding, **OPEN), self.job(size + 1))
                self.assertEqual(connection.answer().status, 201)
                rest = []
                while answer := connection.answer():
                    rest.append(answer.status)
                # Whole requests that the library kept in its socket are served, one after the other.
                self.assertLessEqual(len(rest), 2)
                self.assertLessEqual(set(rest), {400, 422, 201}, rest)
        names = {name for (name,) in self.project.rows("SELECT request_id FROM jobs")}
        self.assertLessEqual(names, {f"mail-{size + more}" for size in (0, 3000, 5000, 9000) for more in (0, 1)})


class Busy(ApiTest):
    def configure(self):
        self.project.set("api", "threads", 4)

    def test_callers_who_wait_are_served_before_the_others_come_again(self):
        """Four connections that never end do not keep a fifth one out: after their next answer they are closed."""
        kept = [Connection(self.daemon.api) for _ in range(4)]
        for connection in kept:
            self.addCleanup(connection.socket.close)
            connection.send(self.request("GET", "/healthz", **OPEN))
            self.assertEqual(connection.answer().status, 200)
        with Connection(self.daemon.api) as fifth:
            fifth.send(self.request("GET", "/healthz", **OPEN))
            for connection in kept:
                connection.send(self.request("GET", "/healthz", **OPEN))
            self.assertEqual(fifth.answer().status, 200)
            self.assertIn("close", {connection.answer().headers.get("connection") for connection in kept})

    def test_half_of_the_threads_wait_for_links_at_most(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        waiting = [self.waiting("cus_1", f"link-{number}", wait="30s") for number in range(2)]
        answer = self.link("cus_2", requestId="link-2", wait="30s")
        self.assert_error(answer, 503, "try_later")
        self.assertEqual(answer.headers["retry-after"], "1")
        self.assertEqual(self.story("link-2"), [])
        self.assertEqual(self.call("GET", "/healthz").status, 200)
        self.project.json("provider", "resume", "nomos")
        self.assertEqual([caller.result().status for caller in waiting], [200, 200])
        self.assertEqual(json.loads(self.link("cus_2", requestId="link-2").body)["requestId"], "link-2")


if __name__ == "__main__":
    main()
