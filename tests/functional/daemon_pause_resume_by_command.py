"""`provider pause` and `resume` reach a running daemon: the paused provider sends nothing, the other one goes on."""

from api import ApiTest
from harness import main


class PauseResume(ApiTest):
    def test_paused_provider_waits_and_the_other_goes_on(self):
        self.project.json("provider", "pause", "mayar", "--reason", "maintenance")
        self.send("mail")
        self.assert_serves()
        self.assertEqual(self.types("mail"), ["job.accepted"])
        self.assertEqual(self.sandbox.sends(), 0)
        self.project.json("provider", "resume", "mayar", "--reason", "over")
        self.wait_for_state("mail", "done")
        resumed = next(entry["seq"] for entry in self.project.entries() if entry["type"] == "provider.resumed")
        self.assertGreater(self.story("mail")[1]["seq"], resumed)

    def test_the_other_way_round(self):
        self.project.json("provider", "pause", "nomos", "--reason", "maintenance")
        caller = self.waiting("cus_1", "link", wait="30s")
        self.send("mail")
        self.wait_for_state("mail", "done")
        self.assertEqual(self.types("link"), ["job.accepted"])
        self.project.json("provider", "resume", "nomos")
        self.assertEqual(caller.result().status, 200)

    def test_pause_outlives_the_daemon(self):
        self.project.json("provider", "pause", "mayar", "--reason", "maintenance")
        self.daemon.kill()
        self.daemon = self.start()
        self.send("mail")
        self.assert_serves()
        self.assertEqual(self.types("mail"), ["job.accepted"])
        self.assertEqual(self.sandbox.sends(), 0)


if __name__ == "__main__":
    main()
