"""Latchkey is away, or goes in the middle: an error in its own form, and nothing is sent a second time."""

from harness import main
from live import InBackground, wait_until
from nginx import NginxTest, RecordedTest

POST = b"POST /v1/links HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"


class GoesInTheMiddle(RecordedTest):
    def assert_no_answer(self, answer):
        self.assert_nginx_says(answer, 502, "no_answer")
        self.assertEqual(answer.headers["retry-after"], "1")

    def test_nothing_listens(self):
        self.recorder.close()
        self.assert_no_answer(self.ask(POST))

    def test_request_goes_out_once(self):
        """Whatever becomes of it: nobody knows whether it was taken."""
        for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 20_000):
            self.recorder.answer = lambda recorded, answer=answer: answer
            before = len(self.recorder.connections)
            self.assert_no_answer(self.ask(POST))
            self.assertEqual(len(self.recorder.requests()), before + 1)

    def test_answer_that_is_cut_off_does_not_look_whole(self):
        self.recorder.answer = lambda recorded: b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"link":"https://x'
        answer = self.ask(POST)
        self.assertEqual((answer.status, answer.headers["content-length"]), (200, "100"))
        self.assertLess(len(answer.body), 100)
        self.recorder.answer = lambda recorded: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}{}{\r\n"
        answer = self.ask(POST)
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")
        self.assertFalse(answer.body.endswith(b"0\r\n\r\n"), answer)


class ComesAgain(NginxTest):
    def test_daemon_is_killed_and_started_again(self):
        self.sandbox.order("hang", "nomos")
        caller = InBackground(lambda: self.ask(self.link_request("cus_killed")))
        wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        address = self.daemon.api
        self.daemon.kill()
        answer = caller.result()
        self.assertEqual((answer.status, answer.json["code"]), (502, "no_answer"), answer)
        self.assertEqual(self.project.job_count(), 1)
        self.project.set("api", "listen", f'"{address}"')  # the one that nginx knows
        self.daemon = self.start()
        self.assert_serves_others()


if __name__ == "__main__":
    main()
