"""The examples of docs/api.md work as they stand there, in their order, and answer with the members that the page shows."""

import json
import os
import re
import subprocess
from pathlib import Path

from api import ApiTest
from harness import RUN_SECONDS_MAX, main
from live import wait_until
from receiver import NodeModule

PAGE = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text()
BLOCKS = [re.sub(r"(?m)^    ", "", block) for block in re.findall(r"(?m)(?:^    .*\n)+", PAGE)]


class DocsApi(ApiTest):
    def here(self, example):
        return example.replace("127.0.0.1:8420", self.daemon.api)

    def curl(self, example):
        done = subprocess.run(["sh", "-c", self.here(example)], capture_output=True, text=True, timeout=RUN_SECONDS_MAX,
                              env={**os.environ, "TOKEN": self.token}, check=False)
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def test_curl_examples(self):
        self.project.json("send", "nomos", "cus_later", "--request-id", "welcome-1", "--handover", "claim")
        wait_until(lambda: "handover.intent" in self.types("welcome-1"), "the link waits")
        run = 0
        for block, shown in zip(BLOCKS, BLOCKS[1:] + [""]):
            if not block.startswith("curl "):
                continue
            run += 1
            answer = self.curl(block)
            self.assertNotIn("code", answer, answer)
            if shown.startswith(('{"requestId"', '{"previewId"')):
                self.assertEqual(list(answer), list(json.loads(re.sub(r"…", "x", shown))))
        self.assertEqual(run, 4)

    def test_node_example(self):
        (example,) = [block for block in BLOCKS if block.startswith("const answer")]
        node = NodeModule(self.here(example) + "\nconsole.log(answer.status, (await answer.json()).requestId)\n",
                          {"TOKEN": self.token}, stdout=subprocess.PIPE)
        self.addCleanup(node.close)
        self.assertEqual(node.process.stdout.readline().split(), ["201", "order-77"])

    def test_token_command_is_one(self):
        (example,) = [block for block in BLOCKS if block.startswith("latchkey ")]
        made = self.project.json(*example.split()[1:]).json
        self.assertEqual(self.call("GET", "/v1/jobs", token=made["token"]).status, 200)
        self.assertEqual(self.call("GET", "/v1/audit/checkpoint", token=made["token"]).status, 403)

    def test_every_code_has_its_heading(self):
        document = json.loads((Path(__file__).resolve().parents[2] / "docs/openapi.json").read_text())
        for code in document["x-codes"]:
            self.assertIn(f"### {code}\n", PAGE)


if __name__ == "__main__":
    main()
