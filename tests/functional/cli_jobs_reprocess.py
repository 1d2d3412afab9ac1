"""An outage is cleaned up in two steps: a preview that changes nothing, and its execution, once."""

import re

from harness import at, main
from live import LiveTest, wait_until

class Reprocess(LiveTest):
    def setUp(self):
        super().setUp()
        self.project.set("retry", "attempts", 1)

    def outage(self, *ids):
        """Mayar answers with errors meanwhile."""
        self.sandbox.order("error500", count=-1)
        for request_id in ids:
            self.send(request_id)
        for request_id in ids:
            self.wait_for_state(request_id, "failed")
        self.sandbox.control("DELETE", "fault")

    def jobs(self, *words):
        return self.project.run("--json", "jobs", *words)

    def preview(self, *words):
        return self.assert_exit(self.jobs(*words), 0).json

    def assert_refused(self, *words, code, says=""):
        """Exit 1, one clear message, nothing changed."""
        before = self.project.snapshot()
        done = self.assert_exit(self.jobs(*words), 1)
        self.assertEqual(done.json["error"]["code"], code)
        self.assertIn(says, done.json["error"]["message"])
        self.assertEqual(self.project.snapshot(), before)

    def test_outage_is_cleaned_up(self):
        self.start()
        self.outage("a-1", "a-2", "a-3")
        self.send("a-3-again", "a-3@example.com")
        self.wait_for_state("a-3-again", "done")
        self.project.run("send", "mayar", "b-1@example.com", "--request-id", "b-1", "--at", at(hours=-1))
        before = self.project.snapshot()
        preview = self.preview("reprocess", "--since", "1h")
        self.assertEqual(self.project.snapshot(), before)
        self.assertEqual(preview["jobs"], 3)
        self.assertEqual({(one["state"], one["code"]): one["jobs"] for one in preview["reasons"]},
                         {("failed", "attempts_exhausted"): 2, ("stale", "expired_before_send"): 1})
        self.assertEqual(preview["leftOut"], [{"why": "reached", "jobs": 1, "sample": ["a-3"]}])
        self.assertEqual({one["requestId"] for one in preview["sample"]}, {"a-1", "a-2", "b-1"})

        done = self.preview("reprocess", "--confirm", preview["previewId"], "--reason", "mayar was down")
        self.assertEqual((done["action"], done["jobs"]), ("reprocess", 3))
        listed = self.project.json("jobs", "list", "--batch", done["batch"]).lines
        self.assertEqual([job["reprocessOf"] for job in listed], ["a-1", "a-2", "b-1"])
        for job in listed:
            self.wait_for_state(job["requestId"], "done")
            old = self.project.json("jobs", "show", job["reprocessOf"]).json
            self.assertEqual(old["reprocessedAs"], job["requestId"])
            last = old["entries"][-1]
            self.assertEqual((last["type"], last["reason"]), ("job.reprocessed", "mayar was down"))
            self.assertTrue(last["actor"].startswith("uid:"))
        self.assertEqual(self.sandbox.sends(), 3 + 1 + 3)
        self.assertEqual(self.project.json("jobs", "list", "--definition", "reprocess").lines[0]["batch"], done["batch"])
        self.assert_refused("reprocess", "--confirm", preview["previewId"], "--reason", "again", code="wrong_state",
                            says="executed before")
        nothing = self.preview("reprocess", "--since", "1h")
        self.assertEqual((nothing["jobs"], nothing["previewId"]), (0, None))
        self.assert_exit(self.project.run("audit", "verify"), 0)
        shown = self.project.run("jobs", "show", "a-1").out
        self.assertIn(f"as {listed[0]['requestId']}", shown)

    def test_people_are_told_the_command_that_does_it(self):
        self.project.run("send", "mayar", "budi@example.com", "--request-id", "old", "--at", at(hours=-1))
        done = self.assert_exit(self.project.run("jobs", "reprocess", "--state", "stale"), 0)
        self.assertTrue(done.out.startswith("1 job would be reprocessed:\n"), done)
        self.assertNotIn("@", done.out)
        command = done.out.splitlines()[-1]
        found = re.fullmatch(r"  latchkey --config (\S+) jobs reprocess --confirm (\S+) --reason \"WHY\"", command)
        self.assertTrue(found, command)
        told = self.assert_exit(self.project.run("jobs", "reprocess", "--confirm", found[2], "--reason", "why"), 0)
        self.assertTrue(told.out.startswith("1 job is reprocessed. The new ones are batch reprocess-"), told)

    def test_previews_that_are_none(self):
        self.project.run("send", "mayar", "budi@example.com", "--request-id", "old", "--at", at(hours=-1))
        self.assert_refused("reprocess", "--confirm", "pv-000000000000", "--reason", "why", code="not_found")
        preview = self.preview("reprocess", "--state", "stale")["previewId"]
        self.assert_refused("release", "--confirm", preview, "--reason", "why", code="wrong_state", says="another action")
        self.project.run("send", "mayar", "siti@example.com", "--request-id", "old-2", "--at", at(hours=-1))
        self.assert_refused("reprocess", "--confirm", preview, "--reason", "why", code="conflict", says="has changed")
        self.assert_rejected(self.jobs("reprocess", "--confirm", preview, "--reason", "for a@b.example"), "reason")

    def test_reprocessing_of_nothing_does_not_hold(self):
        self.project.run("send", "mayar", "budi@example.com", "--request-id", "old", "--at", at(hours=-1))
        preview = self.preview("reprocess", "--state", "stale")["previewId"]
        self.preview("reprocess", "--confirm", preview, "--reason", "why")
        self.assert_exit(self.project.run("audit", "verify"), 0)
        self.project.tamper("""UPDATE ledger SET entry = replace(entry, '"reprocessOf":"old"', '"reprocessOf":"odd"')""")
        self.project.rebuild_tree()
        found = self.assert_exit(self.project.run("audit", "verify"), 1)
        self.assertIn("E_REPROCESS", found.out)

    def test_wrong_usage(self):
        for words in (["reprocess"], ["reprocess", "--include-refused"], ["reprocess", "--state", "stale", "--reason", "x"],
                      ["reprocess", "--confirm", "pv-1"], ["reprocess", "--confirm", "pv-1", "--state", "stale"],
                      ["release"], ["release", "a", "--state", "held"], ["close", "--state", "held"],
                      ["close", "--confirm", "pv-1", "--sent", "--reason", "x"], ["close", "a", "--confirm", "pv-1"]):
            self.assert_exit(self.jobs(*words), 2)
        self.assert_rejected(self.jobs("reprocess", "--state", "done"), "state", "failed, stale, cancelled")
        self.assert_rejected(self.jobs("release", "--state", "failed"), "state", "held")
        self.assert_rejected(self.jobs("reprocess", "--code", "tea"), "code")

    def test_held_jobs_together(self):
        self.start()
        self.sandbox.order("cutafter", count=3)
        for request_id in ("h-1", "h-2", "h-3"):
            self.send(request_id)
            self.wait_for_state(request_id, "held")
        preview = self.preview("release", "--state", "held", "--recipient", "h-1@example.com")
        self.assertEqual(preview["jobs"], 1)
        self.preview("release", "--confirm", preview["previewId"], "--reason", "nothing arrived")
        self.wait_for_state("h-1", "done")
        preview = self.preview("close", "--sent", "--state", "held")
        done = self.preview("close", "--confirm", preview["previewId"], "--reason", "mayar's log has them")
        self.assertEqual((done["action"], done["jobs"], done["batch"]), ("close_sent", 2, None))
        self.assertEqual([self.state(one) for one in ("h-2", "h-3")], ["done", "done"])
        wait_until(lambda: self.types("h-3")[-1] == "job.closed", "it is closed")
        self.assert_exit(self.project.run("audit", "verify"), 0)


if __name__ == "__main__":
    main()
