"""A link by email, from the request to the mailbox: a real mail server with TLS and a login, and the ledger's word on it."""

from harness import main
from live import LiveTest, wait_until
from smtpserver import MailServer

USER, PASSWORD = "latchkey", "mail-password-for-tests"


class EmailHandOver(LiveTest):
    def setUp(self):
        super().setUp()
        self.server = MailServer(tls="starttls", user=USER, password=PASSWORD)
        self.addCleanup(self.server.close)
        password = self.project.folder / "secrets/smtp.password"
        password.touch(mode=0o600)
        password.write_text(PASSWORD)
        self.smtp = {"host": '"localhost"', "port": self.server.port, "security": '"starttls"', "username": f'"{USER}"',
                     "password_file": '"secrets/smtp.password"', "ca_file": f'"{self.server.ca_file}"',
                     "from": '"Portal <portal@example.com>"', "workers": 2}

    def configure(self, **changes):
        for key, value in {**self.smtp, **changes}.items():
            self.project.set("smtp", key, value)

    def send_link(self, request_id, deliver_to, customer="cus_budi"):
        return self.project.json("send", "nomos", customer, "--request-id", request_id, "--handover", "email",
                                 "--deliver-to", deliver_to)

    def ends(self, request_id, state, code=None):
        self.wait_for_state(request_id, state)
        job = self.project.json("jobs", "show", request_id).json
        self.assertEqual(job["code"], code, self.types(request_id))
        verified = self.project.run("audit", "verify")
        self.assertEqual(verified.code, 0, verified)

    def test_link_arrives_in_one_mail_to_the_customers_own_address(self):
        self.configure()
        self.start()
        self.send_link("mailed", "Budi@Sandbox.invalid")
        self.ends("mailed", "done")
        (mail,) = self.server.mails
        self.assertEqual(mail["to"], ["Budi@sandbox.invalid"])
        self.assertTrue(mail["tls"])
        self.assertEqual(mail["user"], USER)
        links = [part["text"] for part in mail["message"]["parts"]]
        self.assertEqual(len(links), 2)
        self.assertTrue(all("customerportal.energy" in text for text in links), links)
        self.assertEqual(self.types("mailed"), ["job.accepted", "attempt.intent", "attempt.result", "handover.intent",
                                                "handover.result"])
        intent = self.story("mailed")[3]
        self.assertEqual((intent["handover"], intent["addressCheck"]), ("email", "matched"))
        self.assertIn("linkExpiresAt", intent)

    def test_nothing_is_minted_for_an_address_that_is_not_the_customers(self):
        self.configure()
        self.start()
        self.send_link("stranger", "mallory@example.com")
        self.ends("stranger", "failed", "address_mismatch")
        self.assertEqual(self.sandbox.sends("nomos"), 0)
        self.assertEqual(self.server.mails, [])

    def test_verify_address_off_is_recorded(self):
        self.configure(verify_address="false")
        self.start()
        self.send_link("unchecked", "mallory@example.com")
        self.ends("unchecked", "done")
        self.assertEqual(self.story("unchecked")[3]["addressCheck"], "off")

    def test_refused_address_is_final(self):
        self.configure(verify_address="false")
        self.start()
        self.send_link("refused", "budi+rcpt550@example.com")
        self.ends("refused", "failed", "smtp_refused")
        self.assertEqual(self.types("refused")[-3:], ["handover.intent", "handover.result", "job.failed"])

    def test_temporary_refusal_is_tried_again_while_the_link_works(self):
        self.configure(verify_address="false")
        self.set_provider("nomos", link_lifetime="3s")
        self.start()
        self.send_link("deferred", "budi+rcpt451@example.com")
        self.ends("deferred", "failed", "smtp_deferred")
        self.assertGreater(self.types("deferred").count("handover.intent"), 1)
        self.assertEqual(self.types("deferred").count("handover.intent"), self.types("deferred").count("handover.result"))
        self.assertEqual(self.sandbox.sends("nomos"), 1)

    def test_message_without_a_reply_holds_the_job(self):
        self.configure(verify_address="false")
        self.start()
        self.send_link("cut", "budi+endcut@example.com")
        self.ends("cut", "held", "smtp_unknown")
        self.project.json("jobs", "close", "cut", "--sent", "--reason", "it is in the mailbox")
        self.ends("cut", "done", "closed")

    def test_daemon_that_dies_while_mailing_holds_the_job(self):
        self.configure(verify_address="false", timeout='"30s"')
        daemon = self.start()
        self.send_link("dying", "budi+endhang@example.com")
        self.server.wait_for_mails(1)
        daemon.kill()
        self.start()
        self.ends("dying", "held", "smtp_unknown")

    def test_mail_server_that_is_away_for_a_while(self):
        self.configure(verify_address="false", port=1)
        daemon = self.start()
        self.send_link("patient", "budi@example.com")
        wait_until(lambda: "handover.result" in self.types("patient"), "a mail was tried")
        self.assertEqual(self.story("patient")[-1]["code"], "smtp_deferred")
        # A stop wipes the link, which nobody has had.
        daemon.stop()
        self.ends("patient", "failed", "link_expired")

    def test_without_a_mail_server_the_door_says_so(self):
        done = self.project.run("--json", "send", "nomos", "cus_budi", "--handover", "email", "--deliver-to",
                                "budi@example.com")
        self.assert_rejected(done, "handover", "smtp", code="no_handover")


if __name__ == "__main__":
    main()
