"""`latchkey init` lays out a project with private keys, entry 0 and one API token, and never overwrites anything."""

import base64
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from harness import FunctionalTest, main, run


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


class Init(FunctionalTest):
    keys = False

    def test_lays_out_files_that_only_their_owner_reads(self):
        folder = self.project.folder
        for name in ("latchkey.toml", "secrets/mayar.key", "secrets/nomos.secret", "secrets/ledger.key",
                     "secrets/fingerprint.key", "secrets/smtp.password", "templates/portal-access.subject.mustache",
                     "templates/portal-access.txt.mustache", "templates/portal-access.html.mustache",
                     "data/latchkey.db"):
            self.assertEqual(mode(folder / name), 0o600, name)
        for name in (".", "secrets", "data", "templates"):
            self.assertEqual(mode(folder / name), 0o700, name)
        self.assertEqual(mode(folder / "ledger.vkey"), 0o644)
        for name in ("secrets/ledger.key", "secrets/fingerprint.key"):
            self.assertRegex((folder / name).read_text(), r"^[0-9a-f]{64}\n$")
        self.assertEqual((folder / "secrets/mayar.key").read_text(), "")

    def test_writes_entry_0_and_the_tokens_entry(self):
        first, second = self.project.entries()
        made = self.project.made
        self.assertEqual((first["type"], first["seq"], first["origin"]), ("log.init", 0, made["origin"]))
        self.assertEqual(first["actor"], f"uid:{os.getuid()}")
        self.assertRegex(made["origin"], r"^[A-Za-z0-9.-]+/latchkey/[0-9a-f]{8}$")
        self.assertEqual((second["type"], second["token"]), ("token.created", made["tokenId"]))

    def test_keeps_only_the_tokens_hash(self):
        token = self.project.made["token"]
        self.assertRegex(token, r"^lk_[a-z2-7]{8}_[0-9A-Za-z]{38}$")
        (row,) = self.project.rows("SELECT id, hash, scopes, actor FROM api_tokens")
        token_id = token.split("_")[1]
        self.assertEqual(row, (token_id, hashlib.sha256(token.encode()).digest(), "send read audit operate admin",
                               f"token:{token_id}"))
        for path in self.project.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(token.encode(), path.read_bytes(), path)

    def test_verifier_key_belongs_to_the_origin(self):
        name, key_id, key = (self.project.folder / "ledger.vkey").read_text().strip().split("+", 2)
        raw = base64.b64decode(key)
        self.assertEqual(name, self.project.made["origin"])
        self.assertEqual((raw[0], len(raw)), (1, 33))
        self.assertEqual(hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8], key_id)

    def test_refuses_a_folder_with_anything_of_its_own_in_it(self):
        for name in ("latchkey.toml", "secrets", "templates", "ledger.vkey", "data"):
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / name).symlink_to("nowhere")
                done = run("init", folder, "--json")
                self.assert_rejected(done, "DIR", name, "nothing was changed", code="conflict")
                self.assertEqual([path.name for path in Path(folder).iterdir()], [name])

    def test_second_init_changes_nothing(self):
        before = self.project.snapshot(), self.project.config.read_bytes()
        self.assert_rejected(run("init", self.project.folder, "--json"), "DIR", code="conflict")
        self.assertEqual((self.project.snapshot(), self.project.config.read_bytes()), before)

    def test_takes_back_what_it_made_when_it_cannot_go_on(self):
        done = self.assert_exit(run("init", self.project.root / "missing/deeper", "--json"), 4)
        self.assertIn("cannot be created", done.err)
        self.assertFalse((self.project.root / "missing").exists())

    def test_says_what_to_do_next_and_shows_the_token_once(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.assert_exit(run("init", folder), 0)
            self.assertEqual(len([line for line in done.out.splitlines() if line.strip().startswith("lk_")]), 1)
            for words in ("secrets/mayar.key", "latchkey provider check", "latchkey serve"):
                self.assertIn(words, done.out)
            self.assertNotIn("\033", done.out)

    def test_takes_the_current_folder_by_default(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assert_exit(run("init", cwd=folder), 0)
            self.assert_exit(run("jobs", "list", cwd=folder), 0)


if __name__ == "__main__":
    main()
