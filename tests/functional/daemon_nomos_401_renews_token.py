"""Nomos refuses the access token once: a new one is fetched and the job goes through. A second refusal pauses nomos.

The sandbox revokes the tokens that it gave out, and then refuses fresh ones too.
"""

from api import ApiTest
from harness import main
from live import wait_until


class NomosUnauthorized(ApiTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.link("cus_first").status, 200)  # from here on the daemon holds a token

    def test_first_401_gets_a_new_token(self):
        self.sandbox.control("POST", "credentials", {"revokeTokens": True})
        self.assertEqual(self.link("cus_1", requestId="link").status, 200)
        wait_until(lambda: self.state("link") == "done", "the hand-over is recorded")
        self.assertEqual(self.results("link"), [("rejected", "unauthorized"), ("accepted", None)])
        self.assertEqual(self.sandbox.counts("nomos")["routes"]["token"], 2)
        self.assertFalse(self.gate("nomos")["paused"])
        self.assert_every_intent_has_one_result()

    def test_each_expired_token_is_a_first_one(self):
        for number in range(2):
            self.sandbox.control("POST", "credentials", {"revokeTokens": True})
            self.assertEqual(self.link(f"cus_{number}").status, 200)
        self.assertFalse(self.gate("nomos")["paused"])

    def test_second_401_pauses(self):
        self.sandbox.order("unauthorized", "nomos", count=-1)
        caller = self.waiting("cus_1", "link", wait="30s")
        wait_until(lambda: self.gate("nomos")["paused"], "nomos is paused")
        gate = self.gate("nomos")
        self.assertEqual((gate["pausedBy"], gate["code"]), ("system", "unauthorized"))
        self.assertEqual(self.results("link"), [("rejected", "unauthorized")] * 2)
        self.assertEqual(self.state("link"), "queued")
        self.send("mail")
        self.wait_for_state("mail", "done")
        self.assertEqual(self.sandbox.counts("nomos")["requestIds"]["link"], 2)

        self.sandbox.control("DELETE", "fault")
        self.project.json("provider", "resume", "nomos")
        self.assertEqual(caller.result().status, 200)
        self.assert_every_intent_has_one_result()

    def test_refused_client_credentials_pause_without_a_mint(self):
        self.sandbox.control("POST", "credentials", {"revokeTokens": True, "nomosSecret": "another"})
        caller = self.waiting("cus_1", "link", wait="30s")
        wait_until(lambda: self.gate("nomos")["paused"], "nomos is paused")
        self.assertEqual(self.gate("nomos")["code"], "bad_credentials")
        self.assertEqual(self.results("link"), [("rejected", "unauthorized"), ("not_sent", "bad_credentials")])
        (self.project.folder / "secrets/nomos.secret").write_text("another")
        self.project.json("provider", "resume", "nomos")
        self.assertEqual(caller.result().status, 200)


if __name__ == "__main__":
    main()
