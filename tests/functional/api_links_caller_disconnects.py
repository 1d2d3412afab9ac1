"""The caller goes away: its link is wiped, the job says so, and nobody else is disturbed.

A call hangs while the caller closes its connection; only then the sandbox answers.
"""

import json
import socket
import struct
import subprocess

from api import ApiTest, connect, head
from harness import LATCHKEY, main
from live import wait_until


class CallerDisconnects(ApiTest):
    def ask_and_leave(self, request_id, leave):
        body = json.dumps({"customerId": "cus_1", "requestId": request_id, "wait": "30s"}).encode()
        with connect(self.daemon.api) as connection:
            connection.sendall(head(Authorization=f"Bearer {self.token}", Content_Length=len(body)) + body)
            wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
            leave(connection)
        self.sandbox.release()

    def assert_failed(self, request_id):
        wait_until(lambda: self.state(request_id) == "failed", "the job has failed")
        self.assertEqual(self.types(request_id), ["job.accepted", "attempt.intent", "attempt.result",
                                                  "handover.intent", "handover.result", "job.failed"])
        handed_over, failed = self.story(request_id)[-2:]
        self.assertEqual((handed_over["outcome"], failed["code"]), ("unknown", "caller_gone"))
        self.assert_serves()
        self.assert_error(self.link("cus_1", requestId=request_id), 410, "link_gone")

    def test_closed(self):
        self.sandbox.order("hang", "nomos")
        self.ask_and_leave("closed", lambda connection: None)
        self.assert_failed("closed")

    def test_reset(self):
        self.sandbox.order("hang", "nomos")
        linger_zero = struct.pack("ii", 1, 0)
        self.ask_and_leave("reset", lambda connection: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                                             linger_zero))
        self.assert_failed("reset")

    def test_before_any_call_nothing_is_minted(self):
        self.project.json("provider", "pause", "nomos", "--reason", "test")
        body = b'{"customerId":"cus_1","requestId":"early","wait":"1s"}'
        with connect(self.daemon.api) as connection:
            connection.sendall(head(Authorization=f"Bearer {self.token}", Content_Length=len(body)) + body)
            wait_until(lambda: self.story("early"), "the job is stored")
        wait_until(lambda: self.state("early") == "cancelled", "the job is cancelled")
        self.assertEqual(self.sandbox.sends("nomos"), 0)

    def test_command_that_is_killed(self):
        self.sandbox.order("hang", "nomos")
        with subprocess.Popen([LATCHKEY, "--config", self.project.config, "send", "nomos", "cus_1", "--wait",
                               "--request-id", "killed"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
            wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
            command.kill()
            self.assertEqual(command.stdout.read(), b"")
        self.sandbox.release()
        self.assert_failed("killed")


if __name__ == "__main__":
    main()
