"""latchkey-mtls.conf: without a certificate of the authority nobody reaches the API; with one he needs his token too."""

import ssl

from api import Answer
from harness import main
from http2 import Http2
from nginx import Authority, NginxTest, talk


class ClientCertificates(NginxTest):
    nginx_options = {"mtls": True}

    def ask_with(self, certificate, request=None):
        """None: there was no connection to ask on."""
        try:
            with self.nginx.connect(context=self.nginx.context(certificate=certificate)) as connection:
                received = talk(connection, request or self.link_request())
        except (ssl.SSLError, ConnectionResetError):
            return None
        return Answer(received) if received else None

    def assert_refused(self, answer):
        if answer is not None:
            self.assertEqual((answer.status, answer.json["code"]), (403, "forbidden"), answer)
        self.assertEqual(self.project.job_count(), 0)

    def test_without_a_certificate(self):
        self.assert_refused(self.ask_with(None))
        health = self.ask_with(None, b"GET /healthz HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n")
        self.assertEqual(health.status, 403)
        with self.nginx.connect("h2") as connection:
            self.assertEqual(Http2(connection).ask("POST", "/v1/links", body=b"{}").status, 403)

    def test_certificate_of_somebody_else(self):
        """Of an authority of the same name, and of oneself."""
        folder = self.nginx.prefix / "other"
        folder.mkdir()
        other = Authority(folder)
        self.assert_refused(self.ask_with(other.sign("backend")))
        self.assert_refused(self.ask_with((other.certificate, folder / "ca.key")))

    def test_with_a_certificate(self):
        certificate = self.nginx.authority.sign("backend")
        answer = self.ask_with(certificate)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.nginx.access_log(1)[0]["certificate"], "CN=backend")
        self.assertEqual(self.ask_with(certificate, self.link_request(token="wrong")).status, 401)


if __name__ == "__main__":
    main()
