"""Receivers of webhooks for the functional tests: webhook_receiver.mjs, and any other module that node can run.

They verify with the npm package standardwebhooks, which scripts/npm-packages has installed into LATCHKEY_NODE_MODULES.
"""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from live import wait_until

HERE = Path(__file__).resolve().parent
NODE_MODULES = Path(os.environ.get("LATCHKEY_NODE_MODULES", HERE.parent.parent / "build/node/node_modules"))
PATIENCE_SECONDS = 60


class NodeModule:
    """A process of node that runs this text as a module; it can import what is in NODE_MODULES."""

    def __init__(self, text, env=None, **pipes):
        if not (NODE_MODULES / "standardwebhooks").is_dir():
            raise AssertionError(f"there is no {NODE_MODULES}/standardwebhooks: scripts/npm-packages brings it")
        # node looks for packages beside the module, and nowhere else.
        self._folder = Path(tempfile.mkdtemp(prefix="latchkey-node-"))
        try:
            (self._folder / "node_modules").symlink_to(NODE_MODULES)
            (self._folder / "module.mjs").write_text(text)
            self.process = subprocess.Popen(["node", self._folder / "module.mjs"], text=True,
                                            env={**os.environ, **(env or {})}, **pipes)
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def close(self):
        self.process.kill()
        self.process.communicate()
        shutil.rmtree(self._folder)


class Receiver:
    """Takes webhooks on loopback; every answer is 200 unless it is told otherwise.

    An answer is a status, {"status": 503, "headers": {"Retry-After": "3"}}, or "hang" (until release()).
    """

    def __init__(self, *secrets):
        """`secrets`: "whsec_…" each; a delivery says by which of them it verifies."""
        self._node = NodeModule((HERE / "webhook_receiver.mjs").read_text(), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
        try:
            self._node.process.stdin.write(json.dumps({"secrets": secrets}) + "\n")
            self._node.process.stdin.flush()
            self.base = f"http://127.0.0.1:{json.loads(self._node.process.stdout.readline())['port']}"
        except BaseException:
            self._node.close()
            raise
        self.url = f"{self.base}/hook"

    def close(self):
        self._node.close()

    def deliveries(self):
        """What came so far, in order: {"method", "url", "headers", "body", "answer", "verifiedBy", "refusal"}.

        "verifiedBy" lists the places of the secrets that verify it, "refusal" is why one did not.
        """
        return self._control()

    def wait_for(self, count):
        """Waits for so many deliveries, and gives them."""
        wait_until(lambda: len(self.deliveries()) >= count, f"{count} webhooks have come")
        return self.deliveries()

    def answer_next(self, *answers):
        self._control(answers=answers)

    def answer_always(self, answer):
        self._control(otherwise=answer)

    def use_secrets(self, *secrets):
        """Verifies by these from now on."""
        self._control(secrets=secrets)

    def release(self):
        """Answers those that hang."""
        self._control(release=True)

    def _control(self, **wanted):
        data = json.dumps(wanted).encode() if wanted else None
        with urllib.request.urlopen(f"{self.base}/control/", data, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)


def secrets_of(path):
    """The secrets that a secret_file holds."""
    return Path(path).read_text().split()
