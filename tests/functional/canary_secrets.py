"""After a varied run, links, tokens and keys are found where they belong and nowhere else; recipients in one table.

All calls to the providers pass a relay, so that every link and access token that was ever on the wire is known. The
keys and the recipients are marked. Then everything that the run has left is searched: each file below the project's
folder (the database, its -wal and -shm, the lock), the logs, the output of every command, and what /proc shows of the
daemon. A search for something that is there proves that the search can find.
"""

import os
import re
import signal
import subprocess
from pathlib import Path

from api import ApiTest
from harness import LATCHKEY, MAYAR_KEY, NOMOS_SECRET, main
from live import wait_until
from relay import Relay

CANARY = "kanarienvogel"
TOKEN = re.compile(rb"token_hash=([0-9a-f]{20,})")
WIRE_SECRETS = (re.compile(rb'"access_token": ?"([^"]+)"'), re.compile(rb'"refresh_token": ?"([^"]+)"'),
                re.compile(rb"(?i)\r\nauthorization: (?:Bearer|Basic) ([^\r]+)\r\n"))


class Canary(ApiTest):
    sandbox_options = ("--throttle-wait", "1s")

    def configure(self):
        self.relay = Relay(self.sandbox.url)
        self.addCleanup(self.relay.close)
        for provider in ("mayar", "nomos"):
            self.set_provider(provider, base_url=self.relay.url)
        self.project.set("retry", "attempts", 2)
        self.outputs = b""
        self.handed_out = []  # what callers of the API and the waiting commands were given
        self.processes = b""

    def mail(self, name, fault=""):
        return f"{CANARY}-{name}{fault}@example.com"

    def keep(self, done):
        self.outputs += (done.out + done.err).encode()
        return done

    def command(self, *words):
        return self.keep(self.project.run(*words))

    def look_at_process(self, pid):
        for name in ("cmdline", "environ"):
            self.processes += Path(f"/proc/{pid}/{name}").read_bytes()

    def wait_for_link(self, customer_id):
        """`send nomos --wait`; the process is looked at while it waits."""
        hangs = customer_id.endswith("hangs")
        if hangs:
            self.sandbox.order("hang", "nomos")
        with subprocess.Popen([LATCHKEY, "--config", self.project.config, "send", "nomos", customer_id, "--wait"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as command:
            if hangs:
                wait_until(lambda: self.sandbox.hanging() == 1, "the call hangs")
                self.look_at_process(command.pid)
                self.sandbox.release()
            out, err = command.communicate()
        self.outputs += err
        return out.decode()

    def vary(self):
        """Each way in which a call can end, and each command that shows something."""
        for number, fault in enumerate(("", "+notfound", "+error500", "+garbage", "+cutafter", "+hidden404", "+huge",
                                        "+unexpectedlink", "+throttle1", "+redirect")):
            self.command("send", "mayar", self.mail(number, fault), "--request-id", f"mail-{number}")
        file = self.project.root / "recipients.csv"
        file.write_text(f"requestId,email\nrow-1,{self.mail('row-1')}\nrow-2,{self.mail('broken')} x\n")
        self.command("send", "--provider", "mayar", "--file", file)
        self.command("send", "--provider", "mayar", "--file", file, "--skip-invalid")
        for number, fault in enumerate(("", "notfound_", "foreignhost_", "httplink_", "garbage_", "cutafter_",
                                        "error500_", "unauthorized1_", "checkout_")):
            answer = self.link(f"cus_{fault}{CANARY}_{number}", requestId=f"link-{number}")
            self.handed_out.append(answer.body)
        self.post(b'{"customerId":"cus_' + CANARY.encode() + b'",')
        self.link(f"cus_{CANARY}", customerid=self.mail("wrong"))
        self.link("cus_1", requestId=self.mail("id"))
        self.handed_out.append(self.wait_for_link(f"cus_{CANARY}_hangs").encode())
        self.keep(self.project.run("--json", "provider", "check"))
        self.sandbox.order("hang")
        self.sandbox.order("hang", "nomos")
        self.command("send", "mayar", self.mail("killed"), "--request-id", "killed")
        caller = self.waiting(f"cus_{CANARY}_killed", "link-killed", wait="30s")
        wait_until(lambda: self.sandbox.hanging() == 2, "two calls hang")
        self.look_at_process(self.daemon.pid)
        self.daemon.kill()
        with self.assertRaises(AssertionError):
            caller.result()
        self.daemon = self.start()
        self.sandbox.control("POST", "credentials", {"mayarKey": "another"})
        self.command("send", "mayar", self.mail("unauthorized"))
        wait_until(lambda: self.gate("mayar")["paused"], "mayar is paused")
        self.daemon.signal(signal.SIGHUP)
        self.daemon.wait_for_log("key files read again provider=mayar")
        self.show()

    def show(self):
        for words in (("jobs", "list"), ("jobs", "show", "mail-4"), ("audit", "list"), ("audit", "show", "link-0"),
                      ("audit", "show", "killed"), ("provider", "list"), ("version",), ("jobs", "release", "killed"),
                      ("jobs", "cancel", "mail-4"), ("send", "mayar", self.mail("0"), "--request-id", "mail-1"),
                      ("serve",), ("migrate",), ("init", self.project.folder)):
            self.keep(self.project.run(*words))
            self.keep(self.project.run("--json", *words))

    def wire_secrets(self):
        """Everything secret that passed, without the harmless ends of such expressions."""
        links = set(TOKEN.findall(self.relay.bytes))
        others = {value for pattern in WIRE_SECRETS for value in pattern.findall(self.relay.bytes)}
        return links, others

    def files(self):
        """(path, content) of all that the run has left, the sandbox's own log aside."""
        for path in sorted(self.project.root.rglob("*")):
            if path.is_file() and path.name != "sandbox.err":
                yield path.relative_to(self.project.root), path.read_bytes()

    def test_nothing_leaks(self):
        self.vary()
        links, others = self.wire_secrets()
        self.assertGreaterEqual(len(links), 6)
        self.assertGreaterEqual(len(others), 4)
        self.assertIn(MAYAR_KEY.encode(), others)
        forbidden = links | others | {NOMOS_SECRET.encode(), self.token.encode(), self.token.split("_")[2].encode(),
                                      b"token_hash", b"customerportal.energy/", b"webhookUrl", b"merchant.sandbox"}
        keys = {Path("project/secrets/mayar.key"): MAYAR_KEY, Path("project/secrets/nomos.secret"): NOMOS_SECRET}
        found = []
        for path, content in self.files():
            allowed = keys.get(path, "").encode()
            found += [(str(path), secret) for secret in forbidden if secret in content and secret != allowed]
        found += [("output", secret) for secret in forbidden if secret in self.outputs]
        found += [("process", secret) for secret in forbidden if secret in self.processes]
        self.assertEqual(found, [])
        for path, key in keys.items():
            self.assertEqual((self.project.root / path).read_text(), key)
        self.assertIn(b"serve", self.processes)
        self.check_links_went_to_their_callers(links)
        self.check_recipients()
        self.check_while_stopped()

    def check_links_went_to_their_callers(self, links):
        """A link goes to the one caller who waits for it, once; the others of the wire to nobody."""
        handed_out = [TOKEN.findall(text) for text in self.handed_out]
        self.assertEqual([len(found) for found in handed_out], [1, 0, 0, 0, 0, 0, 0, 1, 1, 1])
        self.assertEqual(len({found[0] for found in handed_out if found}), 4)
        self.assertLess(4, len(links))

    def check_recipients(self):
        """In the subjects table only, and in no log; outputs show them only where they repeat what was typed."""
        mark = CANARY.encode()
        tables = [name for (name,) in self.project.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        self.assertIn("subjects", tables)
        for table in tables:
            text = repr(self.project.rows(f"SELECT * FROM {table}"))
            self.assertEqual(CANARY in text, table == "subjects", table)
        for path, content in self.files():
            if path.suffix in (".err", ".out") or path.name == "latchkey.lock" or path.suffix == ".toml":
                self.assertNotIn(mark, content, path)
        self.assertNotIn(mark, self.outputs)

    def check_while_stopped(self):
        """A stop checkpoints the database: what was only in its -wal before is searched where it is now."""
        self.assertEqual(self.daemon.stop(), 0)
        links, others = self.wire_secrets()
        for path, content in self.files():
            if path.parts[:2] == ("project", "data"):
                for secret in links | others:
                    self.assertNotIn(secret, content, path)


class NoCoreDump(ApiTest):
    def start(self, **options):
        return super().start(core_files=True, **options)

    def test_core_size_is_zero(self):
        limits = Path(f"/proc/{self.daemon.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_process_belongs_to_root_whoever_runs_it(self):
        """The kernel gives /proc/PID of a process that must not be dumped to root."""
        if os.getuid() != 0:
            self.assertEqual(os.stat(f"/proc/{self.daemon.pid}/environ").st_uid, 0)
            return
        self.daemon.kill()
        nobody = 65534
        for path in [self.project.root, *self.project.root.rglob("*")]:
            os.chown(path, nobody, nobody)
        log = self.project.root / "nobody.err"
        with open(log, "wb") as err:
            try:
                process = subprocess.Popen([LATCHKEY, "--config", self.project.config, "serve"], stderr=err,
                                           user=nobody, group=nobody, extra_groups=[])
            except PermissionError:
                self.skipTest("the program lies where other users may not run it")
        try:
            wait_until(lambda: b"started pid=" in log.read_bytes(), "it runs")
            self.assertEqual(os.stat(f"/proc/{process.pid}/environ").st_uid, 0)
        finally:
            process.kill()
            process.wait()

    def test_abort_leaves_no_core(self):
        self.daemon.signal(signal.SIGABRT)
        _, status = os.waitpid(self.daemon.pid, 0)
        self.daemon.process.returncode = -signal.SIGABRT
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        self.assertFalse(os.WCOREDUMP(status))


if __name__ == "__main__":
    main()
