"""An import of 45,000 rows stops nobody, and none of it is sent before all of it is stored.

Links are minted all through the import. That they were not blocked, and that nothing imported was taken early, is read
from the ledger's order: no clock is involved.
"""

from api import ApiTest
from harness import main
from live import InBackground, wait_until

ROWS = 45000


class LargeImport(ApiTest):
    def configure(self):
        # Quick enough that no row is rejected as cannot_be_fresh, slow enough to leave most of them for the end.
        self.set_provider("mayar", rate="60/s")

    def test_singles_pass_and_the_import_waits_for_its_end(self):
        rows = "".join(f"row-{number},row{number}@example.com\n" for number in range(ROWS))
        file = self.project.file("many.csv", "requestId,email\n" + rows)
        importing = InBackground(lambda: self.project.json("send", "--provider", "mayar", "--file", file))
        wait_until(lambda: self.project.job_count() > 0, "the import has begun")
        singles = []
        while importing.running:
            name = f"single-{len(singles)}"
            self.assertEqual(self.link(f"cus_{len(singles)}", requestId=name).status, 200)
            singles.append(name)
        self.assertEqual(len(importing.result().lines), ROWS)
        wait_until(lambda: self.types("row-0")[1:2] == ["attempt.intent"], "the first row is taken")
        self.assertEqual(self.daemon.stop(), 0)

        entries = self.project.entries()
        imported = [entry for entry in entries if entry.get("requestId", "").startswith("row-")]
        accepted = [entry["seq"] for entry in imported if entry["type"] == "job.accepted"]
        intents = [entry["seq"] for entry in imported if entry["type"] == "attempt.intent"]
        self.assertEqual(len(accepted), ROWS)
        self.assertGreater(min(intents), max(accepted))
        during = [entry["requestId"] for entry in entries
                  if entry["type"] == "handover.result" and min(accepted) < entry["seq"] < max(accepted)]
        self.assertGreaterEqual(len(during), 3, f"of {len(singles)} links only these were minted during the import")


if __name__ == "__main__":
    main()
