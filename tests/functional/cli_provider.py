"""`latchkey provider` shows the gates, pauses and resumes with an entry each, and checks keys without sending."""

import subprocess

from harness import MAYAR_KEY, NOMOS_CLIENT, NOMOS_SECRET, SANDBOX, FunctionalTest, main


class Provider(FunctionalTest):
    def provider(self, *words):
        return self.project.run("--json", "provider", *words)

    def test_list_shows_gate_and_queue(self):
        self.project.json("send", "mayar", "budi@example.com")
        mayar, nomos = self.project.json("provider", "list").lines
        self.assertEqual((mayar["provider"], mayar["on"], mayar["rate"], mayar["gate"], mayar["queued"]),
                         ("mayar", True, "20/min", "open", 1))
        self.assertEqual((nomos["provider"], nomos["gate"], nomos["queued"]), ("nomos", "open", 0))
        text = self.project.run("provider", "list").out
        self.assertIn("PROVIDER  GATE", text)

    def test_pause_and_resume_are_recorded(self):
        self.assert_exit(self.provider("pause", "mayar", "--reason", "maintenance"), 0)
        mayar, nomos = self.project.json("provider", "list").lines
        self.assertEqual((mayar["gate"], mayar["paused"], mayar["reason"]), ("paused", True, "maintenance"))
        self.assertEqual(nomos["gate"], "open")
        self.assertIn("mayar is paused (maintenance)", self.project.run("send", "mayar", "budi@example.com").out)
        self.assert_exit(self.provider("resume", "mayar", "--reason", "over"), 0)
        types = [(entry["type"], entry.get("reason")) for entry in self.project.entries()]
        self.assertIn(("provider.paused", "maintenance"), types)
        self.assertEqual(types[-1], ("provider.resumed", "over"))

    def test_resume_of_what_is_not_paused_writes_nothing(self):
        before = self.project.snapshot()
        done = self.assert_exit(self.project.run("provider", "resume", "mayar"), 0)
        self.assertIn("was not paused", done.out)
        self.assertEqual(self.project.snapshot(), before)

    def test_bad_input(self):
        self.assert_exit(self.provider("pause", "mayar"), 2)
        self.assert_exit(self.provider("pause"), 2)
        self.assert_rejected(self.provider("pause", "x", "--reason", "y"), "provider", "mayar, nomos")
        self.assert_rejected(self.provider("pause", "mayar", "--reason", "a@b"), "reason", "@")
        self.assert_rejected(self.provider("resume", "mayar", "--reason", ""), "reason")


class Check(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.sandbox = subprocess.Popen(
            [SANDBOX, "--quiet", "--mayar-key", MAYAR_KEY, "--nomos-client", NOMOS_CLIENT, "--nomos-secret",
             NOMOS_SECRET], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(self.end_sandbox)
        url = self.sandbox.stdout.readline().split()[-1]
        self.project.set("providers.mayar", "base_url", f'"{url}"')
        self.project.set("providers.nomos", "base_url", f'"{url}"')

    def end_sandbox(self):
        self.sandbox.terminate()
        self.sandbox.wait()
        self.sandbox.stdout.close()

    def check(self, *words):
        return self.project.run("--json", "provider", "check", *words)

    def test_good_keys(self):
        done = self.assert_exit(self.check(), 0)
        self.assertEqual([(one["provider"], one["ok"]) for one in done.lines], [("mayar", True), ("nomos", True)])

    def test_bad_key_is_a_no(self):
        (self.project.folder / "secrets/mayar.key").write_text("another key"[:7])
        done = self.assert_exit(self.check(), 1)
        self.assertEqual([one["ok"] for one in done.lines], [False, True])
        self.assertNotIn("another", done.out + done.err)
        self.assert_exit(self.check("nomos"), 0)

    def test_provider_that_is_off_is_no_fault_unless_asked_for(self):
        (self.project.folder / "secrets/nomos.secret").write_text("")
        self.assert_exit(self.check(), 0)
        done = self.assert_exit(self.check("nomos"), 1)
        self.assertFalse(done.json["on"])

    def test_nothing_is_written(self):
        before = self.project.snapshot()
        self.check()
        self.assertEqual(self.project.snapshot(), before)


if __name__ == "__main__":
    main()
