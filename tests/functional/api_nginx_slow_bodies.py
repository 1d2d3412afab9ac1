"""Hundreds of callers with a good token who never finish their body: others are served and the API does not see them.

A body on its way counts against its caller's address, so that one address cannot have all of nginx either.
"""

from api import Answer
from harness import main
from nginx import PATIENT_WITH_BODIES, NginxTest, allow_open_files, talk

ADDRESSES = [f"127.0.1.{number}" for number in range(1, 8)]
OF_ONE_ADDRESS = 48  # what the configuration admits for POST /v1/links


class SlowBodies(NginxTest):
    nginx_options = {"replaced": PATIENT_WITH_BODIES}

    def setUp(self):
        allow_open_files(8 * len(ADDRESSES) * OF_ONE_ADDRESS)
        super().setUp()
        self.context = self.nginx.context()
        self.request = self.link_request("cus_slow")

    def begin(self, source, request):
        """A caller who has sent all but the last byte."""
        connection = self.nginx.connect(source=source, context=self.context)
        self.addCleanup(connection.close)
        connection.sendall(request[:-1])
        return connection

    def chunked(self):
        head, _, body = self.request.partition(b"\r\n\r\n")
        head = head.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
        return head + b"\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

    def test_others_are_served(self):
        requests = (self.request, self.chunked())
        slow = [self.begin(source, requests[number % 2]) for source in ADDRESSES for number in range(OF_ONE_ADDRESS)]
        self.assert_serves_others()
        self.assert_daemon_is_idle()
        self.assertEqual(self.project.job_count(), 1)
        refused = self.ask(self.request, source=ADDRESSES[-1])
        self.assertEqual((refused.status, refused.json["code"]), (429, "too_many_requests"), refused)
        self.assertEqual(refused.headers["retry-after"], "1")
        for connection, last in ((slow[-2], self.request[-1:]), (slow[-1], b"\n")):
            self.assertEqual(Answer(talk(connection, last)).status, 200)
            connection.close()  # until then it counts
        self.assert_serves_others(ADDRESSES[-1])
        self.assertEqual(self.project.job_count(), 4)

    def test_body_that_ends_early(self):
        connection = self.begin("127.0.0.2", self.request)
        connection.close()
        self.assert_serves_others("127.0.0.2")
        self.assertEqual(self.project.job_count(), 1)


if __name__ == "__main__":
    main()
