"""`latchkey audit` prints the ledger: with --json the stored bytes and nothing else, for people as a timeline."""

from harness import FunctionalTest, at, main


class Audit(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "a-1")
        self.project.run("send", "mayar", "siti@example.com", "--request-id", "b-2", "--at", at(hours=-1))
        self.project.json("jobs", "cancel", "a-1")

    def seqs(self, *words):
        return [entry["seq"] for entry in self.project.json("audit", "list", *words).lines]

    def audit(self, *words):
        return self.project.run("--json", "audit", *words)

    def test_list_prints_the_stored_bytes(self):
        done = self.project.json("audit", "list")
        self.assertEqual(done.out.splitlines(),
                         [entry for (entry,) in self.project.rows("SELECT entry FROM ledger ORDER BY seq")])
        self.assertEqual(done.err, "tree size 6, 6 entries, complete\n")

    def test_list_filters(self):
        self.assertEqual(self.seqs("--request-id", "a-1"), [2, 5])
        self.assertEqual(self.seqs("--request-id", "nothing"), [])
        self.assertEqual(self.seqs("--recipient", "siti@example.com"), [3, 4])
        self.assertEqual(self.seqs("--recipient", "siti@example.com", "--request-id", "a-1"), [])
        self.assertEqual(self.seqs("--type", "job.accepted"), [2, 3])
        self.assertEqual(self.seqs("--code", "expired_before_send"), [4])
        self.assertEqual(self.seqs("--provider", "mayar", "--newest"), [5, 4, 3, 2])
        self.assertEqual(self.seqs("--outcome", "accepted"), [])
        self.assertEqual(self.seqs("--from", "1h", "--to", at(hours=1)), [0, 1, 2, 3, 4, 5])
        self.assertEqual(self.seqs("--to", "1h"), [])

    def test_limit_says_that_there_may_be_more(self):
        done = self.project.json("audit", "list", "--limit", "2")
        self.assertEqual([entry["seq"] for entry in done.lines], [0, 1])
        self.assertEqual(done.err, "tree size 6, 2 entries, more follow: go on with --after 1\n")
        self.assertIn("complete", self.project.json("audit", "list", "--limit", "6").err)

    def test_show_is_one_requests_entries(self):
        done = self.project.json("audit", "show", "a-1")
        self.assertEqual([entry["type"] for entry in done.lines], ["job.accepted", "job.cancelled"])
        text = self.assert_exit(self.project.run("audit", "show", "a-1"), 0).out
        self.assertIn("accepted", text)
        self.assertIn("cancelled", text)

    def test_bad_questions_name_their_field(self):
        self.assert_rejected(self.audit("list", "--type", "job.acepted"), "type", "did you mean job.accepted")
        self.assert_rejected(self.audit("list", "--from", "x"), "from")
        self.assert_rejected(self.audit("show", "nothing"), "requestId", code="not_found")
        self.assert_exit(self.audit("show"), 2)

    def test_asking_writes_nothing(self):
        before = self.project.snapshot()
        self.seqs()
        self.project.run("audit", "list")
        self.assertEqual(self.project.snapshot(), before)


if __name__ == "__main__":
    main()
