"""What nginx writes down: who asked for which path and what came of it, and nothing secret."""

from harness import main
from nginx import NginxTest

CANARY = "kanarienvogel"


class Log(NginxTest):
    def get(self, target, more=""):
        return self.ask(f"GET {target} HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n{more}\r\n".encode())

    def test_lines(self):
        self.assertEqual(self.ask(self.link_request(), source="127.0.0.7").status, 200)
        self.nginx.access_log(1)
        self.assertEqual(self.ask(self.link_request().replace(b"POST", b"DELETE", 1)).status, 405)
        self.nginx.access_log(2)
        self.assertEqual(self.get("/v1/../x").status, 404)
        link, delete, get = self.nginx.access_log(3)
        self.assertEqual([link[name] for name in ("client", "protocol", "method", "path", "status", "apiStatus")],
                         ["127.0.0.7", "HTTP/1.1", "POST", "/v1/links", "200", "200"])
        self.assertEqual([delete[name] for name in ("client", "method", "path", "status", "apiStatus")],
                         ["127.0.0.1", "DELETE", "/v1/links", "405", ""])
        self.assertEqual([get[name] for name in ("method", "path", "status")], ["GET", "", "404"])

    def test_nothing_secret(self):
        """Wherever a caller puts it, and whatever becomes of the request."""
        link = self.ask(self.link_request("cus_" + CANARY)).json["link"]
        secrets = [self.token, CANARY, link, link.rpartition("=")[2]]
        self.ask(self.link_request("cus_1", more=f"Cookie: {CANARY}\r\nUser-Agent: {CANARY}\r\nReferer: {CANARY}\r\n"))
        targets = [f"/v1/jobs?{CANARY}={self.token}", f"/v1/jobs/{self.token}", f"/{self.token}", f"/v1/x?{CANARY}#y",
                   f"/healthz?{CANARY}", f"/{CANARY}/?" + "x" * 9000, f"/v1/links?link={link}", f"/{CANARY}"]
        for target in targets:
            self.get(target)
            self.get(target, more=f"Authorization: Bearer {self.token}\r\nX: {CANARY} {'y' * 9000}\r\n")
        self.ask(self.link_request("x" * 5_000_000, more=f"X: {CANARY}\r\n").replace(b"/v1/links", f"/v1/x?{CANARY}".encode()))
        self.daemon.stop()
        self.assertEqual(self.get(f"/v1/jobs?{CANARY}", more=f"Authorization: Bearer {self.token}\r\n").status, 502)
        self.assertEqual(len(self.nginx.access_log(2 * len(targets) + 4)), 2 * len(targets) + 4)
        self.assertIn("127.0.0.1", self.nginx.logs())
        for secret in secrets:
            self.assertNotIn(secret, self.nginx.logs())


if __name__ == "__main__":
    main()
