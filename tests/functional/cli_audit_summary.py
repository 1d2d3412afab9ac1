"""`latchkey audit summary` counts what attempts came to, by local day and provider."""

from datetime import datetime, timedelta, timezone

from harness import at, main
from live import LiveTest

COUNTED = ["accepted", "rejected", "throttled", "not_sent", "unknown", "refused", "failed", "held"]


class AuditSummary(LiveTest):
    def setUp(self):
        super().setUp()
        self.set_provider("mayar", timeout="1s")
        daemon = self.start()
        for number in range(3):
            self.send(f"good-{number}")
            self.wait_for_state(f"good-{number}", "done")
        self.sandbox.order("notfound")
        self.send("bad")
        self.wait_for_state("bad", "failed")
        self.sandbox.order("hang")
        self.send("slow")
        self.wait_for_state("slow", "held")
        self.project.run("send", "mayar", "late@example.com", "--at", at(hours=-1))
        daemon.stop()

    def summary(self, *words, zone="Asia/Jakarta"):
        return self.project.run("--json", "audit", "summary", *words, env={"TZ": zone}).json

    def test_counts(self):
        document = self.summary()
        self.assertEqual(document["treeSize"], len(self.project.entries()))
        self.assertEqual(document["zone"], "WIB")
        totals = {what: sum(row[what] for row in document["rows"]) for what in COUNTED}
        self.assertEqual(totals, {"accepted": 3, "rejected": 1, "throttled": 0, "not_sent": 0, "unknown": 1,
                                  "refused": 1, "failed": 1, "held": 1})
        for row in document["rows"]:
            self.assertEqual(list(row), ["day", "provider", *COUNTED])
            self.assertEqual(row["provider"], "mayar")

    def test_by_one_thing(self):
        (row,) = self.summary("--by", "provider")["rows"]
        self.assertEqual((row["provider"], row["accepted"], "day" in row), ("mayar", 3, False))
        self.assertNotIn("provider", self.summary("--by", "day")["rows"][0])
        counts = {row.get("outcome") or row["type"]: row["count"] for row in self.summary("--by", "outcome")["rows"]}
        self.assertEqual(counts, {"accepted": 3, "rejected": 1, "throttled": 0, "not_sent": 0, "unknown": 1,
                                  "job.refused": 1, "job.failed": 1, "job.held": 1})

    def test_days_are_local(self):
        moment = next(entry["t"] for entry in self.project.entries() if entry["type"] == "attempt.result")
        utc = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        for zone, hours in (("UTC", 0), ("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)):
            day = utc.astimezone(timezone(timedelta(hours=hours))).strftime("%Y-%m-%d")
            self.assertEqual(self.summary("--by", "day", zone=zone)["rows"][0]["day"], day, zone)

    def test_time_range(self):
        self.assertEqual(self.summary("--to", "1h")["rows"], [])
        self.assertEqual(self.summary("--from", at(hours=1))["rows"], [])
        self.assertIn("Nothing", self.project.run("audit", "summary", "--to", "1h").out)
        self.assertEqual(len(self.summary("--from", "1h", "--by", "provider")["rows"]), 1)

    def test_picture_for_people(self):
        text = self.project.run("audit", "summary", "--by", "day").out
        lines = text.splitlines()
        self.assertEqual(lines[0].split(), ["DAY", "ACCEPTED", "REJECTED", "THROTTLED", "NOT", "SENT", "UNKNOWN",
                                            "REFUSED", "FAILED", "HELD"])
        self.assertIn("\u2588" * 18 + "\u2591" * 12, text.replace("\n", ""))
        self.assertIn("total", text)
        self.assertIn("days in WIB", lines[-1])
        self.assertIn("unknown", self.project.run("audit", "summary", "--by", "outcome").out)

    def test_bad_words(self):
        self.assert_rejected(self.project.run("--json", "audit", "summary", "--by", "week"), "by", "day, provider")
        self.assert_rejected(self.project.run("--json", "audit", "summary", "--from", "x"), "from")


if __name__ == "__main__":
    main()
