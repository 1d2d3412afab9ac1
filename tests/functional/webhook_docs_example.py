"""The receiver in docs/webhooks.md works as it stands there: it takes what we sign, once, and nothing else."""

import http.client
import json
import os
import re
import subprocess
from urllib.parse import urlsplit

from harness import FunctionalTest, RUN_SECONDS_MAX, main
from receiver import HERE, NodeModule, secrets_of

POST_WEBHOOK = os.environ.get("LATCHKEY_POST_WEBHOOK_BIN", "post_webhook")
PAGE = (HERE.parent.parent / "docs/webhooks.md").read_text()
BODY = re.search(r'^    (\{"type".*\})$', PAGE, re.M)[1]


class DocsExample(FunctionalTest):
    def setUp(self):
        super().setUp()
        secret_file = self.project.folder / "secrets/crm.webhook"
        self.assert_exit(self.project.run("key", "new", "webhook", secret_file), 0)
        code = re.search(r"^```js\n(.*?)^```", PAGE, re.M | re.S)[1]
        self.node = NodeModule(code, {"PORT": "0", "LATCHKEY_WEBHOOK_SECRET": secrets_of(secret_file)[0]},
                               stdout=subprocess.PIPE)
        self.addCleanup(self.node.close)
        self.url = self.node.process.stdout.readline().split()[-1]
        with self.project.config.open("a") as config:
            config.write(f'\n[[webhooks]]\nname = "crm"\nurl = "{self.url}"\nsecret_file = "secrets/crm.webhook"\n'
                         "allow_private = true\n")

    def post(self, message, body=BODY):
        done = subprocess.run([POST_WEBHOOK, self.project.config, "crm", message], input=body.encode(),
                              capture_output=True, timeout=RUN_SECONDS_MAX, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_it_takes_each_message_once(self):
        self.assertEqual([self.post("msg_1")["http"] for _ in range(2)], [204, 204])
        self.assertEqual(self.post("msg_2", BODY.replace("click-1", "click-2"))["http"], 204)
        lines = [self.node.process.stdout.readline() for _ in range(2)]
        self.assertEqual(lines, ["job.failed click-1\n", "job.failed click-2\n"])

    def test_it_refuses_what_nobody_has_signed(self):
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=RUN_SECONDS_MAX)
        self.addCleanup(connection.close)
        connection.request("POST", "/", BODY, {"Content-Type": "application/json"})
        self.assertEqual(connection.getresponse().status, 401)


if __name__ == "__main__":
    main()
