"""`latchkey token`: a token is shown once and kept as a hash, counts in a running daemon as soon as it is added, until
it is revoked or expires, and the ledger says who made and ended it."""

import hashlib
import os

from api import ApiTest
from harness import FunctionalTest, main
from live import ledger_time, wait_until

DAY_SECONDS = 24 * 3600


class TokenCommands:
    def tokens(self, *words):
        return self.project.run("--json", "token", *words)

    def add(self, name, scopes="send", *more):
        return self.assert_exit(self.tokens("add", name, "--scopes", scopes, *more), 0).json

    def revoke(self, word):
        return self.assert_exit(self.tokens("revoke", word), 0).json

    def listed(self):
        return {token["name"]: token for token in self.project.json("token", "list").lines}

    def token_entries(self):
        return [(entry["type"], entry["actor"], entry["name"], entry["token"]) for entry in self.project.entries()
                if entry["type"].startswith("token.")]


class Token(TokenCommands, FunctionalTest):
    def test_new_token_is_shown_once_and_kept_as_a_hash(self):
        made = self.add("shop", "read,send", "--expires", "90d")
        self.assertEqual(list(made), ["id", "name", "scopes", "expiresAt", "token"])
        self.assertEqual((made["name"], made["scopes"]), ("shop", ["send", "read"]))
        self.assertRegex(made["token"], rf"^lk_{made['id']}_[0-9A-Za-z]{{38}}$")
        self.assertEqual(self.project.rows("SELECT hash, scopes, actor, single_use FROM api_tokens WHERE id = ?",
                                           made["id"]),
                         [(hashlib.sha256(made["token"].encode()).digest(), "send read", f"token:{made['id']}", 0)])
        secret = made["token"][12:].encode()
        for path in self.project.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(secret, path.read_bytes(), path)
        self.assertNotIn(secret.decode(), self.project.run("token", "list").out + self.tokens("list").out)

    def test_list_is_oldest_first_and_says_what_each_is(self):
        shop = self.add("shop", "send", "--expires", "90d")
        short = self.add("short", "audit", "--expires", "1ms")
        self.revoke("shop")
        wait_until(lambda: self.listed()["short"]["state"] == "expired", "the token has expired")
        lines = self.project.json("token", "list").lines
        self.assertEqual([line["name"] for line in lines], ["init", "shop", "short"])
        self.assertEqual(list(lines[1]), ["id", "name", "scopes", "createdAt", "expiresAt", "revokedAt", "state"])
        self.assertEqual([line["state"] for line in lines], ["active", "revoked", "expired"])
        self.assertEqual([line["id"] for line in lines[1:]], [shop["id"], short["id"]])
        self.assertIsNone(lines[0]["expiresAt"])
        life = ledger_time(lines[1]["expiresAt"]) - ledger_time(lines[1]["createdAt"])
        self.assertAlmostEqual(life, 90 * DAY_SECONDS)
        self.assertEqual(lines[0]["scopes"], ["send", "read", "audit", "operate", "admin"])
        text = self.project.run("token", "list").out
        self.assertIn("ID        NAME", text)
        self.assertRegex(text, rf"(?m)^{shop['id']}  shop .* revoked$")

    def test_text_shows_the_token_and_how_to_end_it(self):
        text = self.assert_exit(self.project.run("token", "add", "shop", "--scopes", "send"), 0).out
        self.assertRegex(text, r"(?m)^  lk_[a-z2-7]{8}_[0-9A-Za-z]{38}$")
        self.assertIn("latchkey token revoke shop", text)
        self.assertIn("is revoked", self.assert_exit(self.project.run("token", "revoke", "shop"), 0).out)

    def test_ledger_tells_who_made_and_ended_it_and_holds(self):
        by_name, by_id = self.add("shop")["id"], self.add("office", "admin")["id"]
        self.revoke("shop")
        self.revoke(by_id)
        actor = f"uid:{os.getuid()}"
        self.assertEqual(self.token_entries()[1:], [
            ("token.created", actor, "shop", by_name), ("token.created", actor, "office", by_id),
            ("token.revoked", actor, "shop", by_name), ("token.revoked", actor, "office", by_id)])
        self.assert_exit(self.project.run("audit", "verify"), 0)
        listed = self.project.json("audit", "list", "--type", "token.revoked").lines
        self.assertEqual([entry["token"] for entry in listed], [by_name, by_id])

    def test_bad_input_changes_nothing(self):
        self.add("shop")
        before = self.project.rows("SELECT * FROM api_tokens"), self.project.snapshot()
        self.assert_rejected(self.tokens("add", "x", "--scopes", "sned"), "scopes", "did you mean send?", "admin")
        self.assert_rejected(self.tokens("add", "x", "--scopes", ""), "scopes", "send, read")
        self.assert_rejected(self.tokens("add", "a b", "--scopes", "send"), "name", "letters")
        self.assert_rejected(self.tokens("add", "cus_1", "--scopes", "send"), "name", "cus_")
        self.assert_rejected(self.tokens("add", "shop", "--scopes", "send"), "name", "has this name", code="conflict")
        for span in ("soon", "90", "-1d"):
            self.assert_rejected(self.tokens("add", "x", "--scopes", "send", f"--expires={span}"), "expires", "90d")
        for span in ("0s", "99999d"):
            self.assert_rejected(self.tokens("add", "x", "--scopes", "send", "--expires", span), "expires", "3650d")
        self.assert_rejected(self.tokens("revoke", "stop"), "token", "token list", code="not_found")
        self.assert_exit(self.tokens("add", "x"), 2)
        self.assert_exit(self.tokens("add", "--scopes", "send"), 2)
        self.assert_exit(self.tokens("revoke"), 2)
        self.assert_exit(self.tokens(), 2)
        self.assertEqual((self.project.rows("SELECT * FROM api_tokens"), self.project.snapshot()), before)

    def test_revoked_is_revoked_and_its_name_free(self):
        first = self.add("shop")
        self.revoke("shop")
        for word in ("shop", first["id"]):
            self.assert_rejected(self.tokens("revoke", word), "token", "revoked already", code="wrong_state")
        self.assertNotEqual(self.add("shop")["id"], first["id"])
        self.revoke("shop")
        self.assertEqual([kind for kind, *_ in self.token_entries()].count("token.revoked"), 2)

    def test_whole_token_in_place_of_its_name_is_not_repeated(self):
        made = self.add("shop")
        done = self.tokens("revoke", made["token"])
        self.assert_rejected(done, "token", "id or name", code="not_found")
        self.assertNotIn(made["token"], done.out + done.err)


class TokenInARunningDaemon(TokenCommands, ApiTest):
    def test_added_and_revoked_count_at_once(self):
        made = self.add("shop")
        self.assertEqual(self.post({"customerId": "cus_1"}, token=made["token"]).status, 200)
        self.revoke("shop")
        self.assert_error(self.post({"customerId": "cus_2"}, token=made["token"]), 401, "unauthorized")
        self.assertEqual(self.project.job_count(), 1)
        self.assertEqual({entry["actor"] for entry in self.project.entries() if entry["type"] == "job.accepted"},
                         {f"token:{made['id']}"})
        self.daemon.stop()
        self.assert_exit(self.project.run("audit", "verify"), 0)

    def test_scopes_are_kept_to_and_admin_has_them_all(self):
        reader, admin = self.add("reader", "read,audit,operate"), self.add("office", "admin")
        self.assert_error(self.post({"customerId": "cus_1"}, token=reader["token"]), 403, "forbidden")
        self.assertEqual(self.post({"customerId": "cus_1"}, token=admin["token"]).status, 200)

    def test_expired_token_is_refused(self):
        made = self.add("shop", "send", "--expires", "50ms")
        wait_until(lambda: self.listed()["shop"]["state"] == "expired", "the token has expired")
        self.assert_error(self.post({"customerId": "cus_1"}, token=made["token"]), 401, "unauthorized")

    def test_one_that_a_command_uses_once_is_no_persons(self):
        self.add_token(single_use=True, expires_in_ms=60_000)  # named "test"
        self.assert_rejected(self.tokens("revoke", "test"), "token", code="not_found")
        self.add("test")


if __name__ == "__main__":
    main()
