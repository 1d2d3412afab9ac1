"""Denied callers are counted, and written once a minute and token: a flood of them cannot fill the ledger."""

from api import ApiTest, Connection, make_token
from harness import main

OPEN = {"Connection": None}
FLOOD = 10_000


class Denied(ApiTest):
    def written(self):
        """(token, count) of each auth.denied, once the daemon has stopped."""
        self.assertEqual(self.daemon.stop(), 0)
        return [(entry.get("token"), entry["count"]) for entry in self.project.entries()
                if entry["type"] == "auth.denied"]

    def deny(self, token, status=401, **headers):
        self.assertEqual(self.call("POST", "/v1/jobs", {}, token=token, **headers).status, status)

    def test_flood_of_unknown_tokens_makes_one_entry(self):
        entries = len(self.project.entries())
        with Connection(self.daemon.api) as connection:
            for _ in range(FLOOD):
                connection.send(self.request("POST", "/v1/jobs", b"{}", token=make_token()[1], **OPEN))
                answer = connection.answer()
                if answer.headers.get("connection") == "close":
                    connection.socket.close()
                    connection.__init__(self.daemon.api)
                self.assertEqual(answer.status, 401)
            self.assertEqual(len(self.project.entries()), entries)
        self.assert_serves()
        self.assertEqual(self.written(), [(None, FLOOD)])

    def test_each_known_token_has_its_own(self):
        expired = self.add_token(expires_in_ms=-1)
        revoked = self.add_token(revoked=True)
        reader = self.add_token("read")
        names = {token: token.split("_")[1] for token in (expired, revoked, reader)}
        for token, times, status in ((expired, 2, 401), (revoked, 3, 401), (reader, 4, 403)):
            for _ in range(times):
                self.deny(token, status)
        self.deny(make_token(self.project.made["tokenId"])[1])
        self.deny(make_token()[1])
        self.deny("nonsense")
        self.deny("x", Authorization=None)
        self.assertEqual(sorted(self.written(), key=str),
                         sorted([(names[expired], 2), (names[revoked], 3), (names[reader], 4),
                                 (self.project.made["tokenId"], 1), (None, 3)], key=str))

    def test_nothing_is_written_when_nobody_was_denied(self):
        self.assert_serves()
        self.assertEqual(self.call("POST", "/v1/nowhere", {}, token="x").status, 404)
        self.assertEqual(self.call("GET", "/healthz", token="x").status, 200)
        self.assertEqual(self.written(), [])


if __name__ == "__main__":
    main()
