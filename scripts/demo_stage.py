"""What the demo plays on: a project in a temporary folder, the sandbox, the daemon, and how they are shown."""
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 90
COLOURED = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
# The kernel ends what we have started, should we ourselves be killed.
WITH_US = ["setpriv", "--pdeathsig", "TERM"]


class DidNotHappen(Exception):
    """Something that the demo claims to show did not happen."""


def painted(code, text):
    return f"\033[{code}m{text}\033[0m" if COLOURED else text


def line(text=""):
    print(text, flush=True)


def act(number, title):
    line("\n" + painted("1;36", f"{number}. {title}"))


def say(text):
    """One sentence or two about what comes next."""
    line("\n" + textwrap.fill(" ".join(text.split()), 100))


def check(claim, holds):
    if not holds:
        raise DidNotHappen(claim)
    line(painted(32, "  ok: ") + claim)


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise DidNotHappen(f"{what}, within {PATIENCE_SECONDS} s")
        time.sleep(0.05)


class ProgressBar:
    """Redrawn in place on a terminal; elsewhere a line for every quarter."""

    WIDTH = 50

    def __init__(self, total):
        self.total = total
        self.quarter = 0

    def show(self, number):
        if sys.stdout.isatty():
            filled = self.WIDTH * number // self.total
            bar = painted(32, "#" * filled) + "." * (self.WIDTH - filled)
            print(f"\r  [{bar}] {number:3} of {self.total}", end="", flush=True)
        elif 4 * number // self.total > self.quarter:
            self.quarter = 4 * number // self.total
            line(f"  {number} of {self.total}")

    def leave(self):
        if sys.stdout.isatty():
            line()


class Stage:
    """A project, and the processes that are ended with it. Commands run inside the project's folder."""

    def __init__(self, bin_dir, folder, recipients):
        self.folder = folder / "project"
        self.daemon_log = folder / "daemon.log"
        self.sandbox_log = folder / "sandbox.log"
        self.environment = {**os.environ, "PATH": f"{bin_dir}:{os.environ.get('PATH', '')}"}
        self.environment.pop("LATCHKEY_CONFIG", None)
        self.recipients = recipients
        self.daemon = None
        self.sandbox = None
        self.sandbox_url = None

    def start_sandbox(self, *options):
        words = ["latchkey-sandbox", *options]
        self.print_command(words, "&")
        with open(self.sandbox_log, "w") as log:
            self.sandbox = subprocess.Popen([*WITH_US, *words], stdout=subprocess.PIPE, stderr=log, text=True,
                                            env=self.environment)
        announcement = self.sandbox.stdout.readline().strip()
        line(announcement)
        self.sandbox_url = announcement.split()[-1] if announcement else None
        check("the sandbox answers", self.sandbox_url is not None)

    def make_project(self, changes):
        """Makes the project as a person would, and shows what was changed in its configuration."""
        words = ["latchkey", "init", self.folder.name]
        self.print_command(words)
        # The token is a secret, and nobody needs this one: the first lines are enough.
        done = subprocess.run(words, env=self.environment, cwd=self.folder.parent, capture_output=True, text=True)
        line(done.stdout.split("\nThe first API token")[0].rstrip() + "\n  …" if done.returncode == 0 else done.stderr)
        check("a project was made", done.returncode == 0)
        (self.folder / "secrets" / "mayar.key").write_text("sandbox-mayar-key\n")
        (self.folder / "secrets" / "nomos.secret").write_text("sandbox-secret\n")
        (self.folder / "jobs").mkdir()
        shutil.copy(self.recipients, self.folder / "jobs")
        say("Then the keys are filled in, and these lines of latchkey.toml are changed, so that it talks to the sandbox:")
        line()
        config = (self.folder / "latchkey.toml").read_text()
        for old, new in changes:
            if config.count(old) != 1:
                raise DidNotHappen(f"the configuration holds {old} once")
            config = config.replace(old, new)
            line(f"  {new}")
        (self.folder / "latchkey.toml").write_text(config)

    def print_command(self, words, ending=""):
        line("\n" + painted(1, f"$ {shlex.join(words)} {ending}".rstrip()))

    def latchkey(self, *words, expect=0):
        """Shows a command with its real output. Its exit code is one of the things that the demo claims."""
        words = ["latchkey", *words]
        self.print_command(words)
        code = subprocess.run(words, env=self.environment, cwd=self.folder, stderr=subprocess.STDOUT).returncode
        if code != expect:
            raise DidNotHappen(f"`{shlex.join(words)}` ends with {expect} (it ended with {code})")

    def link_from(self, *words):
        """As latchkey(), and returns what stood on stdout."""
        words = ["latchkey", *words]
        self.print_command(words)
        done = subprocess.run(words, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        line((done.stdout + done.stderr).rstrip())
        if done.returncode != 0:
            raise DidNotHappen(f"`{shlex.join(words)}` brings a link")
        return done.stdout.strip()

    def ask(self, *words):
        """What a command says with --json, unseen by the audience."""
        done = subprocess.run(["latchkey", "--json", *words], env=self.environment, cwd=self.folder, check=True,
                              capture_output=True, text=True)
        return [json.loads(text) for text in done.stdout.splitlines()]

    def job(self, request_id):
        return self.ask("jobs", "show", request_id)[0]

    def unfinished(self):
        """How many jobs still wait or are under way."""
        return sum(provider["queued"] + provider["running"] for provider in self.ask("provider", "list"))

    def calls(self, provider="mayar"):
        """The sandbox's own count of what it was asked."""
        with urllib.request.urlopen(f"{self.sandbox_url}/control/calls", timeout=10) as answer:
            return json.load(answer)[provider]

    def mails_to(self, email):
        return self.calls()["recipients"].get(email, {}).get("applied", 0)

    def open_link(self, link):
        """The status that whoever opens this link gets."""
        request = urllib.request.Request(f"{self.sandbox_url}/control/open", json.dumps({"link": link}).encode())
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def start_daemon(self):
        words = ["latchkey", "serve"]
        self.print_command(words, "&")
        with open(self.daemon_log, "a") as log:
            self.daemon = subprocess.Popen([*WITH_US, *words], stdout=log, stderr=log, env=self.environment,
                                           cwd=self.folder)
        pid = f"pid {self.daemon.pid}\n"
        lock = self.folder / "data" / "latchkey.lock"
        wait_until("the daemon runs", lambda: pid in lock.read_text() and "\napi " in lock.read_text())
        line(f"(process {self.daemon.pid})")

    def kill_daemon(self):
        self.print_command(["kill", "-9", str(self.daemon.pid)])
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def stop_daemon(self):
        self.print_command(["kill", str(self.daemon.pid)])
        self.daemon.terminate()
        return self.daemon.wait(PATIENCE_SECONDS)

    def close(self):
        """Ends what is still running."""
        for process in (self.daemon, self.sandbox):
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
