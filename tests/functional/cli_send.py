"""`latchkey send PROVIDER RECIPIENT` stores one job, says what will happen to it, and names the field of bad input."""

from harness import FunctionalTest, at, main


class Send(FunctionalTest):
    def send(self, *words):
        return self.project.run("--json", "send", *words)

    def test_prints_exactly_the_agreed_members(self):
        done = self.project.json("send", "mayar", "budi@example.com", "--request-id", "order-77")
        job = done.json
        self.assertEqual(list(job), ["requestId", "state", "dueAt", "expiresAt", "seq", "created"])
        self.assertEqual((job["requestId"], job["state"], job["seq"], job["created"]), ("order-77", "queued", 2, True))
        self.assertRegex(job["dueAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_makes_a_uuid7_where_none_is_given(self):
        job = self.project.json("send", "mayar", "budi@example.com").json
        self.assertRegex(job["requestId"], r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")

    def test_tells_people_what_happens_next(self):
        done = self.project.run("send", "mayar", "budi@example.com", "--request-id", "order-77")
        self.assert_exit(done, 0)
        self.assertRegex(done.out, r"^order-77 queued: due \d{4}-\d\d-\d\d \d\d:\d\d:\d\d WIB, expires ")
        self.assertIn("No daemon is running; `latchkey serve` starts one.", done.out)
        self.assertNotIn("budi", done.out + done.err)

    def test_same_request_again_is_the_same_job(self):
        first = self.project.json("send", "mayar", "Budi@Example.com", "--request-id", "order-77").json
        again = self.project.json("send", "mayar", "budi@EXAMPLE.com", "--request-id", "order-77")
        self.assertEqual(again.json, {**first, "created": False})
        self.assertEqual(self.project.job_count(), 1)

    def test_same_request_id_with_other_content_is_a_conflict(self):
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "order-77")
        before = self.project.snapshot()
        for other in (["mayar", "siti@example.com"], ["mayar", "budi@example.com", "--lifetime", "5m"]):
            self.assert_rejected(self.send(*other, "--request-id", "order-77"), "requestId", "new one", code="conflict")
        self.assertEqual(self.project.snapshot(), before)

    def test_stale_at_once_is_stored_and_answered_with_no(self):
        done = self.send("mayar", "budi@example.com", "--at", at(hours=-1))
        self.assert_exit(done, 1)
        self.assertEqual(done.json["state"], "stale")
        self.assertEqual([entry["type"] for entry in self.project.entries()[2:]], ["job.accepted", "job.refused"])
        done = self.project.run("send", "mayar", "budi@example.com", "--at", at(hours=-1))
        self.assertIn("Not sent: its time ran out before a call.", done.out)

    def test_names_the_field_of_every_bad_value_and_stores_nothing(self):
        before = self.project.snapshot()
        mayar = ["mayar", "budi@example.com"]
        self.assert_rejected(self.send("mayar", "budi"), "email", "@")
        self.assert_rejected(self.send("mayar", ""), "email", "missing")
        self.assert_rejected(self.send("nomos", "budi@example.com", "--wait"), "customerId", "cus_")
        self.assert_rejected(self.send("maya", "budi@example.com"), "provider", "mayar, nomos", "did you mean mayar")
        self.assert_rejected(self.send(*mayar, "--request-id", "a b"), "requestId", "letters, digits")
        self.assert_rejected(self.send(*mayar, "--request-id", ""), "requestId")
        self.assert_rejected(self.send(*mayar, "--at", "tomorrow"), "at", "2026-03-01T09:00:00+07:00", "tomorrow")
        self.assert_rejected(self.send(*mayar, "--at", "2026-02-30T09:00:00Z"), "at")
        self.assert_rejected(self.send(*mayar, "--at", at(days=800)), "at", "year")
        self.assert_rejected(self.send(*mayar, "--lifetime", "soon"), "lifetime", "10m")
        self.assert_rejected(self.send(*mayar, "--lifetime", "2h"), "lifetime", "15m")
        self.assert_rejected(self.send(*mayar, "--handover", "reply"), "handover", "leave it out")
        self.assertEqual(self.project.snapshot(), before)

    def test_several_bad_values_are_told_together(self):
        done = self.send("mayar", "budi", "--at", "tomorrow", "--lifetime", "soon")
        self.assertEqual(done.errors, [(None, "email"), (None, "at"), (None, "lifetime")])
        self.assertIn("latchkey: 3 values are wrong:", done.err)

    def test_control_characters_never_reach_the_terminal(self):
        done = self.send("mayar", "budi@example.com", "--at", "\033[31mnow")
        self.assert_rejected(done, "at")
        self.assertNotIn("\033", done.out + done.err)

    def test_nomos_link_needs_somebody_who_waits(self):
        before = self.project.snapshot()
        for more in ([], ["--handover", "reply"]):
            done = self.send("nomos", "cus_4f8Kq2", *more)
            self.assert_rejected(done, "handover", "--wait", code="no_handover")
        self.assertEqual(self.project.snapshot(), before)

    def test_wait_without_a_daemon_stores_nothing(self):
        before = self.project.snapshot()
        for recipient in (["mayar", "budi@example.com"], ["nomos", "cus_4f8Kq2"]):
            done = self.assert_exit(self.send(*recipient, "--wait"), 4)
            self.assertIn("latchkey serve", done.err)
            self.assertEqual(done.json["error"]["code"], "unavailable")
        self.assertEqual(self.project.snapshot(), before)

    def test_what_the_limit_cannot_admit_in_time_is_rejected_unless_it_is_paced(self):
        self.project.set("providers.mayar", "rate", '"1/h"')
        self.project.json("send", "mayar", "budi@example.com")
        done = self.send("mayar", "siti@example.com")
        self.assert_rejected(done, "at", "at the earliest", code="cannot_be_fresh")
        paced = self.project.json("send", "mayar", "siti@example.com", "--pace").json
        self.assertGreater(paced["dueAt"], at(minutes=59))

    def test_provider_without_a_key_is_off(self):
        (self.project.folder / "secrets/mayar.key").write_text("")
        done = self.send("mayar", "budi@example.com")
        self.assert_rejected(done, "provider", "off", code="provider_off")

    def test_wrong_usage_is_told_apart_from_bad_input(self):
        for words in ([], ["mayar"], ["mayar", "a@example.com", "extra"], ["mayar", "a@example.com", "--bogus"],
                      ["mayar", "a@example.com", "--file", "x.csv"], ["--file", "x.csv"],
                      ["mayar", "a@example.com", "--skip-invalid"], ["mayar", "a@example.com", "--at"]):
            done = self.assert_exit(self.send(*words), 2)
            self.assertEqual(done.json["error"]["code"], "usage", words)


if __name__ == "__main__":
    main()
