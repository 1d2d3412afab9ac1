"""A wrong configuration or database ends every command with one clear message, and --config has three sources."""

import os

from harness import FunctionalTest, main, run


class Config(FunctionalTest):
    def test_every_wrong_setting_is_named(self):
        self.project.set("providers.mayar", "rate", '"20/parsec"')
        self.project.set("engine", "worker", "8")
        done = self.assert_exit(self.project.run("--json", "jobs", "list"), 3)
        fields = [field for _, field in done.errors]
        self.assertIn("providers.mayar.rate", fields)
        self.assertIn("engine.worker", fields)
        self.assertIn("20/parsec", done.err)

    def test_missing_configuration(self):
        done = self.assert_exit(run("jobs", "list", "--config", self.project.root / "nothing.toml", "--json"), 4)
        self.assertIn("nothing.toml", done.err)
        self.assertEqual(done.json["error"]["code"], "unavailable")

    def test_configuration_that_others_can_read(self):
        os.chmod(self.project.config, 0o644)
        done = self.assert_exit(self.project.run("jobs", "list"), 3)
        self.assertIn("chmod 600", done.err)

    def test_environment_names_the_configuration(self):
        self.assert_exit(run("jobs", "list", env={"LATCHKEY_CONFIG": str(self.project.config)}), 0)

    def test_working_folder_holds_it_otherwise(self):
        self.assert_exit(run("jobs", "list", cwd=self.project.folder), 0)
        self.assert_exit(run("jobs", "list", cwd=self.project.root), 4)

    def test_foreign_database_is_refused_untouched(self):
        database = self.project.folder / "data/latchkey.db"
        for suffix in ("-wal", "-shm"):
            (self.project.folder / f"data/latchkey.db{suffix}").unlink(missing_ok=True)
        database.write_bytes(b"not a database, but somebody's file\n" * 100)
        before = database.read_bytes()
        done = self.assert_exit(self.project.run("jobs", "list"), 4)
        self.assertIn("is not an SQLite database", done.err)
        self.assertEqual(database.read_bytes(), before)

    def test_missing_database(self):
        (self.project.folder / "data/latchkey.db").unlink()
        done = self.assert_exit(self.project.run("jobs", "list"), 4)
        self.assertIn("latchkey init", done.err)


if __name__ == "__main__":
    main()
