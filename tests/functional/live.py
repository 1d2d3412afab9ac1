"""A running sandbox and a running daemon for the functional tests, and how to wait for what they do.

Waiting is polling on a condition with a deadline that only a broken program reaches.
"""

import http.client
import json
import os
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

from harness import LATCHKEY, MAYAR_KEY, NOMOS_CLIENT, NOMOS_SECRET, SANDBOX, FunctionalTest

PATIENCE_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.01


def wait_until(condition, what, seconds=PATIENCE_SECONDS):
    """Returns the first true value of `condition`; fails naming `what` when the deadline passes."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain until {what}")
        time.sleep(LOOK_AGAIN_SECONDS)


def ledger_time(text):
    """Seconds since the epoch of a time as the ledger writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Sandbox:
    """Both providers on loopback: see docs/sandbox.md."""

    def __init__(self, log, *options):
        self.log_path = log
        with open(log, "wb") as stderr:
            self.process = subprocess.Popen(
                [SANDBOX, "--mayar-key", MAYAR_KEY, "--nomos-client", NOMOS_CLIENT, "--nomos-secret", NOMOS_SECRET,
                 "--mayar-limit", "off", "--nomos-limit", "off", *options], stdout=subprocess.PIPE, stderr=stderr,
                text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def control(self, method, path, body=None):
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, f"/control/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            document = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status >= 400 and path != "open":
            raise AssertionError(document)
        return document

    def order(self, fault, provider="mayar", count=1, **more):
        """The next `count` sends meet this fault; -1: all."""
        self.control("POST", "fault", {"provider": provider, "fault": fault, "count": count, **more})

    def release(self):
        return self.control("POST", "release")

    def open(self, link):
        return self.control("POST", "open", {"link": link})

    def hanging(self):
        return self.control("GET", "fault")["hanging"]

    def counts(self, provider="mayar"):
        return self.control("GET", "calls")[provider]

    def sends(self, provider="mayar"):
        return self.counts(provider)["sends"]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Daemon:
    """`latchkey serve` of one project. Its output goes to files, so that a test can search them."""

    def __init__(self, project, env=None, core_files=False):
        self.project = project
        before = self._starts()
        number = len(list(project.root.glob("daemon-*.err")))
        self.err_path = project.root / f"daemon-{number}.err"
        self.out_path = project.root / f"daemon-{number}.out"
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                [LATCHKEY, "--config", project.config, "serve"], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                env={**os.environ, "TZ": "UTC", **(env or {})}, preexec_fn=_allow_core_files if core_files else None)
        wait_until(lambda: self._starts() > before or self.process.poll() is not None, "the daemon has started")
        # The day's entry comes with the first checkpoint: a test that compares before and after must not see it come.
        wait_until(lambda: self._count("checkpoint.daily") > 0 or self.process.poll() is not None, "the day's entry")
        if self.process.poll() is not None:
            raise AssertionError(f"the daemon ended with {self.process.returncode}\n{self.log()}")

    def _starts(self):
        return self._count("daemon.start")

    def _count(self, entry_type):
        return self.project.one("SELECT count(*) FROM ledger WHERE type = ?", entry_type)

    @property
    def pid(self):
        return self.process.pid

    @property
    def api(self):
        """HOST:PORT."""
        return self._told("api")

    @property
    def health(self):
        """HOST:PORT of the listener that serves health and metrics alone."""
        return self._told("health")

    def _told(self, what):
        content = (self.project.folder / "data/latchkey.lock").read_text()
        return dict(line.split(" ", 1) for line in content.splitlines())[what]

    def log(self):
        return self.err_path.read_text()

    def wait_for_log(self, text):
        wait_until(lambda: text in self.log(), f"the daemon's log says {text!r}")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """Its exit code."""
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def stop(self):
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self):
        """kill -9"""
        self.process.kill()
        return self.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def _allow_core_files():
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


class LiveTest(FunctionalTest):
    """A project whose providers are a sandbox. There is no limit, and retries are as quick as they can be."""

    sandbox_options = ()

    def setUp(self):
        super().setUp()
        self.sandbox = Sandbox(self.project.root / "sandbox.err", *self.sandbox_options)
        self.addCleanup(self.sandbox.close)
        for provider in ("mayar", "nomos"):
            self.set_provider(provider, base_url=self.sandbox.url, rate="unlimited", timeout="20s")
        self.project.set("engine", "workers", 8)
        self.project.set("retry", "first", '"250ms"')
        self.project.set("retry", "most", '"250ms"')
        self.project.set("api", "listen", '"127.0.0.1:0"')
        self.project.set("api", "health_listen", '"127.0.0.1:0"')

    def set_provider(self, provider, **settings):
        for key, value in settings.items():
            self.project.set(f"providers.{provider}", key, json.dumps(value))

    def start(self, **options):
        daemon = Daemon(self.project, **options)
        self.addCleanup(daemon.close)
        return daemon

    def send(self, request_id, email=None, *options):
        """A mayar job; its recipient is made of the requestId when none is given."""
        return self.project.json("send", "mayar", email or f"{request_id}@example.com", "--request-id", request_id,
                                 *options).json

    def state(self, request_id):
        return self.project.one("SELECT state FROM jobs WHERE request_id = ?", request_id)

    def wait_for_state(self, request_id, state):
        wait_until(lambda: self.state(request_id) == state, f"{request_id} is {state}")

    def story(self, request_id):
        """The entries of one job, oldest first."""
        return [entry for entry in self.project.entries() if entry.get("requestId") == request_id]

    def types(self, request_id):
        return [entry["type"] for entry in self.story(request_id)]

    def results(self, request_id):
        """(outcome, code) of each attempt.result."""
        return [(entry["outcome"], entry.get("code")) for entry in self.story(request_id)
                if entry["type"] == "attempt.result"]

    def assert_every_intent_has_one_result(self):
        attempts = {}
        for entry in self.project.entries():
            if entry["type"] in ("attempt.intent", "attempt.result"):
                attempts.setdefault((entry["requestId"], entry["attempt"]), []).append(entry["type"])
        for attempt, types in attempts.items():
            self.assertEqual(types, ["attempt.intent", "attempt.result"], attempt)

    def gate(self, provider):
        return next(line for line in self.project.json("provider", "list").lines if line["provider"] == provider)

    @contextmanager
    def database_locked(self):
        """Another process's write transaction, as far as the daemon can tell."""
        database = sqlite3.connect(self.project.folder / "data/latchkey.db", isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("ROLLBACK")
        finally:
            database.close()


class InBackground:
    """A call on a thread of its own; its value, or what it threw, comes with `result`."""

    def __init__(self, call):
        self.call = call
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.value = None
        self.error = None
        self.thread.start()

    def _run(self):
        try:
            self.value = self.call()
        except Exception as error:  # pylint: disable=broad-except
            self.error = error

    @property
    def running(self):
        return self.thread.is_alive()

    def result(self):
        self.thread.join(PATIENCE_SECONDS)
        if self.thread.is_alive():
            raise AssertionError("a call has not come back")
        if self.error:
            raise self.error
        return self.value
