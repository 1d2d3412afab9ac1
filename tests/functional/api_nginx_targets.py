"""Which paths and methods there are, and for whom: the API sees the very path that nginx has judged."""

from harness import main
from nginx import RecordedTest

REFUSED = ("/v1//links", "//v1/links", "/v1/./links", "/v1/../v1/links", "/v1/links/", "/v1/", "/v1/links/.", "/v1/links/..",
           "/v1/%6cinks", "/v1/links%2f", "/v1/links%00", "/v1/links%0d%0aX:y", "/v1/%2e%2e/v1/links", "/v1/links%", "/v1/a%zzb",
           "/v1/links;a", "/v1/links#a", "/v1/links?a#b", "/v1/li\\nks", "/v1/l\x80", "/v1/%u006cinks", "*", "v1/links", "v1:443")
MONITORING = ("/healthz", "/readyz", "/metrics")
DISGUISED = ("/%68ealthz", "/%2568ealthz", "/v1/../healthz", "/v1/..%2fhealthz", "/v1/%2e%2e/healthz", "//healthz", "/./healthz",
             "/healthz/", "/healthz?a#b", "/healthz#", "/healthz%20", "/HEALTHZ", "/%u0068ealthz", "/healthz/../healthz",
             "/v1/x/../../healthz", "/v1/x?/../../healthz", "/v1\\..\\healthz")


class Targets(RecordedTest):
    def get(self, target, method="GET", **options):
        return self.ask(f"{method} {target} HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\n\r\n".encode("latin-1"),
                        **options)

    def assert_passes(self, target, line, **options):
        answer = self.get(target, **options)
        self.assertEqual(answer.status, 200, (target, answer))
        self.assertEqual(self.recorder.requests()[-1][0], line)

    def test_paths_as_they_should_be(self):
        for target in ("/v1/links", "/v1/jobs/a:b-c._~9/cancel", "/v1/jobs/a%3Ab", "/v1/jobs/a%3ab", "/v1/jobs?state=held",
                       "/v1/jobs?q=%25%2F..%2f%0a+", "/v1/jobs?next=/../../metrics", "/v1/jobs?", "/v1/jobs/...", "/openapi.json"):
            self.assert_passes(target, f"GET {target} HTTP/1.1")

    def test_paths_that_can_be_read_in_two_ways(self):
        for target in REFUSED:
            answer = self.get(target)
            self.assertIn((answer.status, answer.json["code"]), ((400, "bad_request"), (404, "not_found")), (target, answer))
        self.assertEqual(self.recorder.connections, [])

    def test_other_routes(self):
        for target in ("/", "/v1", "/v2/links", "/index.html", "/latchkey-error", "/openapi.json5", "/openapiXjson", "/.git/config"):
            self.assert_nginx_says(self.get(target), 404, "not_found")
        self.assertEqual(self.recorder.connections, [])

    def test_absolute_targets(self):
        """As a proxy is asked: the API sees the path alone, whatever server is named."""
        for target in ("http://other/v1/links?a", "https://other:1/v1/links?a", "http://latchkey/v1/links?a"):
            self.assert_passes(target, "GET /v1/links?a HTTP/1.1")
        for target in ("http://other", "http://other?/v1/links", "http://other/v1/../healthz", "http:///v1/links", "http:/v1/links",
                       "http://other@/v1/links", "ftp:///v1/links"):
            self.assertIn(self.get(target).status, (400, 404), target)
        self.assertEqual(len(self.recorder.connections), 3)

    def test_methods(self):
        for method in ("GET", "HEAD", "POST"):
            self.assert_passes("/v1/links", f"{method} /v1/links HTTP/1.1", method=method)
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PRI", "PROPFIND", "GETX", "M_SEARCH"):
            for target in ("/v1/links", "/healthz"):
                answer = self.get(target, method=method)
                self.assert_nginx_says(answer, 405, "method_not_allowed")
                self.assertEqual(answer.headers["allow"], "GET, HEAD, POST")
        for method in ("get", "Post", "G\x01T", "GET,POST", ""):
            self.assertEqual(self.get("/v1/links", method=method).status, 400, method)
        self.assertEqual(len(self.recorder.connections), 3)

    def test_monitoring_is_for_this_machine(self):
        for target in MONITORING:
            self.assert_passes(target, f"GET {target} HTTP/1.1")
            self.assert_nginx_says(self.get(target, source="127.0.0.9"), 403, "forbidden")
            self.assert_nginx_says(self.get(target + "?a=b", source="127.0.0.9"), 403, "forbidden")
        self.assertEqual(len(self.recorder.connections), len(MONITORING))

    def test_monitoring_in_disguise(self):
        for target in DISGUISED:
            answer = self.get(target, source="127.0.0.9")
            if answer.status == 200:  # a query is only that
                self.assertEqual(target, "/v1/x?/../../healthz")
            else:
                self.assertIn(answer.status, (400, 403, 404), target)
        self.assertEqual([line for line, _ in self.recorder.requests()], ["GET /v1/x?/../../healthz HTTP/1.1"])


if __name__ == "__main__":
    main()
