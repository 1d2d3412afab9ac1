"""What is posted to an endpoint is taken by a receiver that verifies with the npm package standardwebhooks."""

import json
import os
import subprocess

from harness import FunctionalTest, RUN_SECONDS_MAX, main
from receiver import Receiver, secrets_of

POST_WEBHOOK = os.environ.get("LATCHKEY_POST_WEBHOOK_BIN", "post_webhook")
BODY = '{"type":"job.done","data":{"requestId":"order-77","note":"«ü» \\u0000 🔑"}}'


class ReceiverVerifies(FunctionalTest):
    def setUp(self):
        super().setUp()
        self.secret_file = self.project.folder / "secrets/crm.webhook"
        self.new_secret()
        self.receiver = Receiver(*secrets_of(self.secret_file))
        self.addCleanup(self.receiver.close)
        self.add_endpoint("crm", self.receiver.url)

    def new_secret(self):
        self.assert_exit(self.project.run("key", "new", "webhook", self.secret_file), 0)

    def add_endpoint(self, name, url, *lines):
        with self.project.config.open("a") as config:
            config.write("\n".join([f'\n[[webhooks]]\nname = "{name}"\nurl = "{url}"',
                                    'secret_file = "secrets/crm.webhook"', "allow_private = true", *lines, ""]))

    def post(self, endpoint="crm", message="msg_1", body=BODY):
        done = subprocess.run([POST_WEBHOOK, self.project.config, endpoint, message], input=body.encode(),
                              capture_output=True, timeout=RUN_SECONDS_MAX, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_signed_message_is_verified_to_the_byte(self):
        result = self.post()
        self.assertEqual((result["delivered"], result["http"], result["error"]), (True, 200, ""))
        [delivery] = self.receiver.deliveries()
        self.assertEqual(delivery["verifiedBy"], [0], delivery)
        self.assertEqual((delivery["method"], delivery["url"]), ("POST", "/hook"))
        self.assertEqual(delivery["body"], BODY)
        self.assertEqual(delivery["headers"]["webhook-id"], "msg_1")
        self.assertEqual(delivery["headers"]["content-type"], "application/json")
        self.assertRegex(delivery["headers"]["user-agent"], r"^latchkey/\d")

    def test_message_under_another_secret_is_not(self):
        old = secrets_of(self.secret_file)
        self.secret_file.unlink()
        self.new_secret()
        self.receiver.use_secrets(*old)
        self.post()
        [delivery] = self.receiver.deliveries()
        self.assertEqual((delivery["verifiedBy"], delivery["refusal"]), ([], "No matching signature found"))

    def test_old_and_new_secret_sign_while_they_are_exchanged(self):
        self.new_secret()
        new, old = secrets_of(self.secret_file)
        self.receiver.use_secrets(old, new, "whsec_" + "A" * 44)
        self.post()
        self.assertEqual(self.receiver.deliveries()[-1]["verifiedBy"], [0, 1])
        self.secret_file.write_text(new + "\n")
        self.post()
        self.assertEqual(self.receiver.deliveries()[-1]["verifiedBy"], [1])

    def test_receiver_that_says_no_is_told_apart_from_one_that_is_gone(self):
        self.receiver.answer_next(500, 410, {"status": 503, "headers": {"Retry-After": "7"}},
                                  {"status": 302, "headers": {"Location": self.receiver.url}})
        said = [self.post() for _ in range(5)]
        self.assertEqual([one["http"] for one in said], [500, 410, 503, 302, 200])
        self.assertEqual([one["delivered"] for one in said], [False, False, False, False, True])
        self.assertEqual([one["gone"] for one in said], [False, True, False, False, False])
        self.assertEqual([one["waitMs"] for one in said], [None, None, 7000, None, None])
        self.assertEqual(len(self.receiver.deliveries()), 5)

    def test_receiver_that_hangs_is_given_up(self):
        self.add_endpoint("slow", self.receiver.url, 'timeout = "1s"')
        self.receiver.answer_next("hang")
        result = self.post("slow")
        self.assertEqual((result["delivered"], result["error"]), (False, "no answer within 1s"))
        self.assertEqual(len(self.receiver.deliveries()), 1)


if __name__ == "__main__":
    main()
