"""A daemon whose database is no longer its own stops; one that finds no database of its own does not start.

While it runs, a newer program migrates the database, or another daemon takes it over (both as far as the database
shows). Before it starts, the file is missing, foreign, newer or a folder: one message, exit 4, nothing changed.
"""

import shutil
import sqlite3

from harness import main
from live import LiveTest


class OtherDatabase(LiveTest):
    def path(self):
        return self.project.folder / "data/latchkey.db"

    def change(self, sql):
        database = sqlite3.connect(self.path(), timeout=10)
        with database:
            database.execute(sql)
        database.close()

    def test_newer_schema_stops_the_daemon(self):
        daemon = self.start()
        self.change("PRAGMA user_version = 99")
        self.assertEqual(daemon.wait(), 4)
        self.assertIn("was made by a newer Latchkey (schema 99", daemon.log())
        self.assertEqual(self.sandbox.sends(), 0)

    def test_lost_epoch_stops_the_daemon(self):
        daemon = self.start()
        self.change("UPDATE daemon SET epoch = epoch + 1")
        self.assertEqual(daemon.wait(), 4)
        self.assertIn("another daemon has taken the database over", daemon.log())

    def assert_does_not_start(self, *words):
        done = self.assert_exit(self.project.run("serve"), 4)
        self.assertEqual(len(done.err.strip().splitlines()), 1, done)
        for word in words:
            self.assertIn(word, done.err)

    def test_newer_database_is_left_alone(self):
        self.change("PRAGMA user_version = 99")
        before = self.path().read_bytes()
        self.assert_does_not_start("newer Latchkey (schema 99")
        self.assertEqual(self.path().read_bytes(), before)

    def test_older_database_is_left_alone_and_the_message_says_what_to_do(self):
        self.change("PRAGMA user_version = 1")
        before = self.path().read_bytes()
        self.assert_does_not_start("older than this program (schema 1", "latchkey migrate")
        self.assertEqual(self.path().read_bytes(), before)

    def test_missing_database(self):
        shutil.rmtree(self.project.folder / "data")
        self.assert_does_not_start("does not exist", "latchkey init")
        self.assertFalse((self.project.folder / "data").exists())

    def test_foreign_database(self):
        self.path().unlink()
        self.change("CREATE TABLE theirs (x)")
        before = self.path().read_bytes()
        self.assert_does_not_start("belongs to another program")
        self.assertEqual(self.path().read_bytes(), before)

    def test_no_database_at_all(self):
        self.path().write_bytes(b"no database " * 100)
        self.assert_does_not_start("is not an SQLite database")
        self.path().unlink()
        self.path().mkdir()
        self.assert_does_not_start("is a folder")


if __name__ == "__main__":
    main()
