"""doctor finds what is wrong and names the command that mends it; it changes nothing, and tells nothing secret."""

import os
import sqlite3

from harness import MAYAR_KEY, NOMOS_SECRET, main
from live import LiveTest


class Doctor(LiveTest):
    def findings(self, code=1):
        done = self.assert_exit(self.project.run("--json", "doctor"), code)
        for secret in (MAYAR_KEY, NOMOS_SECRET, self.project.made["token"]):
            self.assertNotIn(secret, done.out + done.err)
        return done.lines

    def about(self, about, severity, *words, code=1):
        """The one finding of that kind about this part."""
        found = [one for one in self.findings(code) if (one["about"], one["severity"]) == (about, severity)]
        self.assertTrue(found, self.findings(code))
        text = " ".join(f"{one['text']} {one['mend']}" for one in found)
        for word in words:
            self.assertIn(word, text)

    def test_a_healthy_installation(self):
        self.start()
        self.project.json("backup", self.project.root / "copy.db")
        before = self.project.snapshot()
        found = self.findings(0)
        self.assertEqual([one for one in found if one["severity"] == "error"], [])
        self.assertEqual({one["about"] for one in found if one["severity"] == "ok"} >=
                         {"configuration", "keys", "disk", "database", "mayar", "nomos", "held", "backup", "ledger",
                          "daemon", "anchors"}, True, found)
        self.assertEqual(self.project.snapshot(), before)

    def test_no_daemon_and_no_backup(self):
        self.about("daemon", "error", "No daemon runs", "latchkey serve")
        self.about("backup", "warning", "never", "latchkey backup")

    def test_paused_provider_and_held_job(self):
        self.start()
        self.send("lost", "lost+cutafter@example.com")
        self.wait_for_state("lost", "held")
        self.project.json("provider", "pause", "nomos", "--reason", "maintenance")
        self.about("held", "warning", "1 job is held", "jobs list --state held")
        self.about("nomos", "error", "maintenance", "provider resume nomos")

    def test_log_that_a_reader_keeps_from_beginning_anew(self):
        reader = sqlite3.connect(self.project.folder / "data/latchkey.db")
        self.addCleanup(reader.close)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM jobs").fetchone()
        self.send("one", "one@example.com")
        os.truncate(self.project.folder / "data/latchkey.db-wal", 65 * 1024 * 1024)  # as if much had been written since
        self.about("database", "warning", "65 MiB", "an old state", "fuser -v")

    def test_wrong_configuration_is_all_that_can_be_said(self):
        self.project.set("engine", "workers", '"many"')
        found = self.findings()
        self.assertEqual([(one["about"], one["severity"]) for one in found], [("configuration", "error")])
        self.assertIn("engine.workers", found[0]["text"])

    def test_key_that_others_can_read(self):
        (self.project.folder / "secrets/mayar.key").chmod(0o644)
        self.assertIn("chmod 600", self.findings()[0]["text"])

    def test_key_that_is_gone(self):
        (self.project.folder / "secrets/ledger.key").unlink()
        self.about("keys", "error", "ledger.key", "install -m 600")

    def test_provider_that_refuses_the_key(self):
        (self.project.folder / "secrets/mayar.key").write_text("another-key")
        self.about("mayar", "error", "provider check mayar")

    def test_database_of_another_schema(self):
        self.project.tamper("PRAGMA user_version = 1")
        self.about("database", "error", "migrate")

    def test_anchors_that_say_otherwise(self):
        daemon = self.start()
        self.send("one")
        self.wait_for_state("one", "done")
        self.assertEqual(daemon.stop(), 0)
        self.project.tamper("UPDATE ledger SET entry = replace(entry, 'mayar', 'nomos') WHERE entry LIKE '%mayar%'")
        self.project.rebuild_tree()
        self.about("anchors", "error", "audit verify")


if __name__ == "__main__":
    main()
