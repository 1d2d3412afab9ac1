"""Every command has a help with an example that the program itself understands; usage errors exit 2 and point to it."""

import shlex

from harness import FunctionalTest, main, run

COMMANDS = ["init", "serve", "send", "jobs", "jobs list", "jobs show", "jobs cancel", "jobs release", "jobs close",
            "audit", "audit list", "audit show", "audit summary", "audit export", "audit prove", "audit whois-link", "key",
             "key rotate", "key new", "provider", "provider list", "provider pause", "provider resume",
             "provider check", "token", "token add", "token list", "token revoke", "doctor", "batch",
            "batch preview", "batch submit", "batch list", "batch show", "batch pause", "batch resume", "batch cancel",
            "schedule", "schedule list", "schedule enable", "schedule disable", "webhook", "webhook list",
             "webhook retry", "webhook drop", "migrate", "version"]


class Help(FunctionalTest):
    def test_every_command_explains_itself(self):
        for command in COMMANDS:
            done = self.assert_exit(run(*command.split(), "--help"), 0)
            self.assertIn("Example: latchkey ", done.out, command)
            self.assertEqual(done.err, "", command)

    def test_examples_are_understood(self):
        for command in COMMANDS:
            text = run(*command.split(), "--help").out
            example = text.split("Example: latchkey ")[1].splitlines()[0]
            if example.startswith(("init", "serve")):
                continue  # they would begin to do it
            done = self.project.run(*shlex.split(example), cwd=self.project.root)
            self.assertNotEqual(done.code, 2, done)

    def test_top_level_help_lists_the_commands(self):
        text = self.assert_exit(run("--help"), 0).out
        for command in COMMANDS:
            self.assertIn(command.split()[0], text)

    def test_nothing_asked_for(self):
        done = self.assert_exit(run(), 2)
        self.assertIn("latchkey --help", done.err)

    def test_mistyped_words_get_a_hint(self):
        self.assertIn("did you mean jobs?", self.assert_exit(run("job", "list"), 2).err)
        self.assertIn("did you mean list?", self.assert_exit(run("jobs", "lst"), 2).err)
        self.assertIn("did you mean --state?", self.assert_exit(run("jobs", "list", "--stat", "held"), 2).err)
        self.assertIn("latchkey jobs list --help", run("jobs", "list", "--stat", "held").err)

    def test_control_characters_are_not_echoed(self):
        self.assertNotIn("\033", self.assert_exit(run("jobs", "\033[31m"), 2).err)

    def test_version(self):
        self.assertRegex(self.assert_exit(run("version"), 0).out, r"^latchkey \d+\.\d+\.\d+\n$")
        self.assertEqual(list(run("version", "--json").json), ["version", "schema"])
        self.assert_exit(run("--version"), 0)


class Migrate(FunctionalTest):
    def test_up_to_date_database_is_left_alone(self):
        before = self.project.snapshot()
        done = self.project.json("migrate").json
        self.assertEqual(done["applied"], [])
        self.assertIn("nothing was changed", self.project.run("migrate").out)
        self.assertEqual(self.project.snapshot(), before)


if __name__ == "__main__":
    main()
