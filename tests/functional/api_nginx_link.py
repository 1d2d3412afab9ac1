"""A link through nginx: by TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2; the API's answers come as it gave them."""

import json
import ssl
import warnings

from api import Answer, exchange
from harness import main
from http2 import Http2
from live import wait_until
from nginx import NginxTest, talk


class Link(NginxTest):
    def headers(self):
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    def body(self, request_id, **members):
        return json.dumps({"customerId": "cus_1", "requestId": request_id, **members})

    def assert_link(self, document, request_id):
        self.assertEqual(document["requestId"], request_id)
        self.wait_for_state(request_id, "done")
        self.sandbox.open(document["link"])

    def test_http_1(self):
        """Two requests of one caller on one connection; Latchkey has one for each."""
        caller = self.nginx.caller()
        self.addCleanup(caller.close)
        for request_id in ("first", "second"):
            caller.request("POST", "/v1/links", self.body(request_id), self.headers())
            answer = caller.getresponse()
            document = json.loads(answer.read())
            self.assertEqual(answer.status, 200, document)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(answer.headers.get_all("Server"), ["nginx"])
            self.assert_link(document, request_id)

    def test_http_2(self):
        with self.nginx.connect("h2") as connection:
            fields = [(name.lower().encode(), value.encode()) for name, value in self.headers().items()]
            answer = Http2(connection).ask("POST", "/v1/links", fields, self.body("two").encode())
        self.assertEqual(answer.status, 200, answer)
        self.assert_link(answer.json, "two")

    def test_versions_of_tls(self):
        for version, is_spoken in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True),
                                   (ssl.TLSVersion.TLSv1_3, True)):
            context = self.nginx.context()
            context.set_ciphers("DEFAULT@SECLEVEL=0")  # so that it is nginx that refuses
            warnings.simplefilter("ignore", DeprecationWarning)  # that a version is old is the point
            context.minimum_version = context.maximum_version = version
            try:
                with self.nginx.connect(context=context) as connection:
                    answer = Answer(talk(connection, self.link_request()))
            except (ssl.SSLError, ConnectionResetError):
                answer = None
            self.assertEqual(answer is not None and answer.status == 200, is_spoken, version)

    def test_without_tls_there_is_no_api(self):
        with self.nginx.connect_plain() as connection:
            answer = Answer(talk(connection, self.link_request()))
        self.assertEqual((answer.status, answer.json["code"]), (400, "bad_request"))
        self.assertEqual(self.project.job_count(), 0)

    def test_errors_of_the_api_come_as_they_are(self):
        for request, status in ((self.link_request(token="wrong"), 401), (self.link_request("no customer"), 422)):
            near, direct = self.ask(request), exchange(self.daemon.api, request)
            for answer in (near, direct):
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertEqual({**near.json, "requestId": None}, {**direct.json, "requestId": None})

    def test_caller_who_leaves_has_left_the_api_too(self):
        """nginx ends its own connection then, and the link is wiped."""
        self.sandbox.order("hang", "nomos")
        body = self.body("left", wait="30s").encode()
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers().items())
        with self.nginx.connect() as connection:
            connection.sendall(f"POST /v1/links HTTP/1.1\r\nHost: latchkey\r\n{head}Content-Length: {len(body)}\r\n\r\n"
                               .encode() + body)
            wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
        wait_until(lambda: '"status":"499"' in self.nginx.logs(), "nginx has noticed")
        self.sandbox.release()
        self.wait_for_state("left", "failed")
        self.assertEqual(self.story("left")[-1]["code"], "caller_gone")


if __name__ == "__main__":
    main()
