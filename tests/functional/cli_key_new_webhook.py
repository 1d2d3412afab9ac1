"""`key new webhook` makes a private file with a secret, puts further ones before it, and shows none of them."""

import json
import os
import re

from harness import FunctionalTest, main


class KeyNewWebhook(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.path = self.project.folder / "secrets/crm.webhook"

    def new(self, *options):
        done = self.assert_exit(self.project.run("key", "new", "webhook", "secrets/crm.webhook", *options,
                                                 cwd=self.project.folder), 0)
        for secret in self.path.read_text().split():
            self.assertNotIn(secret[6:], done.out + done.err)
        return done

    def test_new_secret_is_private_and_not_shown(self):
        done = self.new()
        self.assertRegex(self.path.read_text(), r"^whsec_[A-Za-z0-9+/]{43}=\n$")
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o600)
        self.assertIn("secrets/crm.webhook", done.out)

    def test_further_secret_stands_before_the_first(self):
        self.new()
        first = self.path.read_text()
        self.assertIn("systemctl reload", self.new().out)
        self.assertTrue(self.path.read_text().endswith("\n" + first))
        self.assertEqual(self.new("--json").json,
                         {"key": "webhook", "file": "secrets/crm.webhook", "secrets": 3})
        self.assertEqual(len(self.path.read_text().split()), 3)

    def test_somebody_elses_file_is_left_alone(self):
        other = self.project.file("other", "not a secret\n")
        os.chmod(other, 0o600)
        done = self.assert_exit(self.project.run("--json", "key", "new", "webhook", other), 3)
        self.assertEqual(done.json["error"]["errors"][0]["field"], "FILE")
        self.assertEqual(other.read_text(), "not a secret\n")

    def test_secret_that_others_can_read_is_refused(self):
        self.new()
        os.chmod(self.path, 0o640)
        done = self.assert_exit(self.project.run("key", "new", "webhook", self.path), 3)
        self.assertIn("chmod 600", done.err)

    def test_only_webhooks_have_such_secrets(self):
        self.assert_exit(self.project.run("key", "new", "fingerprint", self.path), 3)
        self.assertFalse(self.path.exists())

    def test_missing_secret_names_the_command_that_makes_it(self):
        with self.project.config.open("a") as config:
            config.write('[[webhooks]]\nname = "crm"\nurl = "https://crm.example.com/"\n'
                         'secret_file = "secrets/crm.webhook"\n')
        done = self.assert_exit(self.project.run("jobs", "list"), 3)
        command = re.search(r"latchkey (key new webhook \S*crm\.webhook)", done.err)[1]
        self.assert_exit(self.project.run(*command.split()), 0)
        self.assert_exit(self.project.run("jobs", "list"), 0)

    def test_works_without_a_configuration(self):
        self.project.config.unlink()
        self.assertEqual(json.loads(self.new("--json").out)["secrets"], 1)


if __name__ == "__main__":
    main()
