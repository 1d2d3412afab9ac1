"""SIGHUP reads the key files again: a new key lifts the pause that a refused one brought, and the job goes out.

The sandbox gets another key than the daemon has. What a person paused stays paused, and a key file that cannot be used
leaves the old key in force.
"""

import signal

from harness import MAYAR_KEY, main
from live import LiveTest, wait_until

NEW_KEY = "another-mayar-key-for-tests"


class NewKey(LiveTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.key_file = self.project.folder / "secrets/mayar.key"

    def hang_up(self, changed):
        """SIGHUP, until the daemon has said what it found."""
        line = f"key files read again provider=mayar changed={changed}"
        before = self.daemon.log().count(line)
        self.daemon.signal(signal.SIGHUP)
        wait_until(lambda: self.daemon.log().count(line) > before, "the key files were read again")

    def pause_by_401(self):
        self.sandbox.control("POST", "credentials", {"mayarKey": NEW_KEY})
        self.send("waits")
        wait_until(lambda: self.gate("mayar")["paused"], "mayar is paused")

    def test_new_key_resumes(self):
        self.pause_by_401()
        gate = self.gate("mayar")
        self.assertEqual((gate["pausedBy"], gate["code"]), ("system", "unauthorized"))
        self.assertEqual(self.state("waits"), "queued")
        self.assertEqual(self.results("waits"), [("rejected", "unauthorized")])

        self.hang_up(changed="false")
        self.assertTrue(self.gate("mayar")["paused"])
        self.assertEqual(self.sandbox.sends(), 1)

        self.key_file.write_text(NEW_KEY)
        self.hang_up(changed="true")
        self.wait_for_state("waits", "done")
        self.assertEqual(self.results("waits"), [("rejected", "unauthorized"), ("accepted", None)])
        self.assertEqual([entry["type"] for entry in self.project.entries() if entry["type"].startswith("provider.")],
                         ["provider.paused", "provider.resumed"])
        self.assertNotIn(NEW_KEY, self.daemon.log())

    def test_resume_by_command_reads_the_key_too(self):
        self.pause_by_401()
        self.key_file.write_text(NEW_KEY)
        self.project.json("provider", "resume", "mayar")
        self.wait_for_state("waits", "done")
        self.assertEqual(self.sandbox.sends(), 2)

    def test_what_a_person_paused_stays_paused(self):
        self.project.json("provider", "pause", "mayar", "--reason", "maintenance")
        self.send("waits")
        self.sandbox.control("POST", "credentials", {"mayarKey": NEW_KEY})
        self.key_file.write_text(NEW_KEY)
        self.hang_up(changed="true")
        self.assertEqual(self.gate("mayar")["reason"], "maintenance")
        self.assertEqual(self.types("waits"), ["job.accepted"])
        self.project.json("provider", "resume", "mayar")
        self.wait_for_state("waits", "done")

    def test_unusable_key_file_leaves_the_old_key_in_force(self):
        self.key_file.write_text(NEW_KEY)
        self.key_file.chmod(0o644)
        self.hang_up(changed="false")
        self.daemon.wait_for_log("key files not read provider=mayar")
        self.key_file.write_text("")
        self.key_file.chmod(0o600)
        self.hang_up(changed="false")
        self.key_file.write_text(MAYAR_KEY)  # for the command, which wants to know that mayar is on
        self.send("sent")
        self.wait_for_state("sent", "done")
        self.assertNotIn(NEW_KEY, self.daemon.log())
        self.assertNotIn(MAYAR_KEY, self.daemon.log())


class FirstKey(LiveTest):
    def test_provider_that_was_off_at_the_start_goes_on(self):
        """Commands look at the key files each time: what they queue meanwhile goes out as soon as the daemon has looked."""
        key_file = self.project.folder / "secrets/mayar.key"
        key_file.write_text("")
        daemon = self.start()
        daemon.wait_for_log("provider mayar is off")
        key_file.write_text(MAYAR_KEY)
        self.send("first")
        daemon.signal(signal.SIGHUP)
        daemon.wait_for_log("key files read again provider=mayar")
        wait_until(lambda: self.state("first") == "done", "the job is done", seconds=2)


if __name__ == "__main__":
    main()
