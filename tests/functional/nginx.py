"""A real nginx with the configuration of docs/deploy, on loopback, before the daemon or before a recorder.

The files under test are the shipped ones: only paths, ports and the user are put in their place.
"""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

from api import Answer, ApiTest
from live import PATIENCE_SECONDS, wait_until
from recorder import Recorder

DEPLOY = Path(__file__).resolve().parents[2] / "docs/deploy"
SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
STARTS_MAX = 5
P256 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """Signs certificates; they lie in its folder as NAME.pem, their keys as NAME.key."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.certificate = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        _openssl("req", "-x509", *P256, "-days", 2, "-subj", f"/CN={name} of the tests", "-addext",
                 "keyUsage=critical,keyCertSign,cRLSign", "-keyout", self._key, "-out", self.certificate)

    def sign(self, name):
        """(certificate, key)"""
        certificate, key, request, extensions = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr", "ext"))
        extensions.write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\n"
                              "authorityKeyIdentifier=keyid\n")
        _openssl("req", *P256, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        _openssl("x509", "-req", "-days", 2, "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                 "-CAcreateserial", "-extfile", extensions, "-out", certificate)
        return certificate, key


# What keeps one address from having it all, and all the callers of a benchmark have one address.
UNLIMITED = (("limit_conn latchkey_requests 64;", "limit_conn latchkey_requests 4096;"),
          ("limit_conn latchkey_waiting 48;", "limit_conn latchkey_waiting 4096;"), ("rate=500r/s", "rate=1000000r/s"))
# For a test that keeps hundreds of bodies on their way while it looks at something else, on however slow a machine.
PATIENT_WITH_BODIES = (("client_body_timeout 10s;", "client_body_timeout 300s;"),)


class Nginx:
    """nginx before `upstream` (HOST:PORT). `mtls` adds latchkey-mtls.conf, `more` what an operator may add himself;
    `replaced` are (old, new) in latchkey.conf, for what a test or a benchmark needs otherwise."""

    def __init__(self, upstream, mtls=False, more="", replaced=()):
        self.replaced = replaced
        self.prefix = Path(tempfile.mkdtemp(prefix="latchkey-nginx-"))
        self.process = None
        try:
            for folder in ("latchkey", "conf.d", "logs", "temporary"):
                (self.prefix / folder).mkdir()
            self.authority = Authority(self.prefix)
            for made, name in zip(self.authority.sign("server"), ("fullchain.pem", "privkey.pem")):
                made.rename(self.prefix / "latchkey" / name)
            if mtls:
                shutil.copy(self.authority.certificate, self.prefix / "latchkey/clients-ca.pem")
                self._install("latchkey-mtls.conf", "latchkey/mtls.conf")
            if more:
                (self.prefix / "latchkey/more.conf").write_text(more)
            self._start(upstream)
        except BaseException:
            self.close()
            raise

    def _install(self, name, target, *replacements):
        """A file of docs/deploy with the paths of this prefix."""
        text = (DEPLOY / name).read_text()
        for old, new in replacements:
            if old not in text:
                raise AssertionError(f"{name} no longer has {old!r}, which is replaced here")
            text = text.replace(old, new)
        text = text.replace("/etc/nginx/", f"{self.prefix}/").replace("/var/log/nginx/", f"{self.prefix}/logs/")
        (self.prefix / target).write_text(text)

    def _start(self, upstream):
        # The folders that the package has compiled in are not every user's to write.
        folders = "".join(f"\n    {kind}_temp_path {self.prefix}/temporary/{kind};"
                          for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        self._install("nginx.conf", "nginx.conf", ("user www-data;", "user root;"), ("http {", "http {" + folders),
                      ("/run/nginx.pid", f"{self.prefix}/nginx.pid"))
        program = shutil.which("nginx", path=SYSTEM_PATH)
        if not program:
            raise AssertionError("there is no nginx; scripts/install installs it")
        for _ in range(STARTS_MAX):
            self.port = _free_port()
            self._install("latchkey.conf", "conf.d/latchkey.conf", ("127.0.0.1:8420", upstream),
                          ("listen 443 ", f"listen 127.0.0.1:{self.port} "), ("listen [::]:443 ", "#listen "), *self.replaced)
            self.process = subprocess.Popen(
                [program, "-p", self.prefix, "-c", self.prefix / "nginx.conf", "-e", self.prefix / "logs/start.log", "-g",
                 "daemon off;"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True)
            wait_until(lambda: self._answers() or self.process.poll() is not None, "nginx has started")
            if self.process.poll() is None:
                return
            if "Address already in use" not in self.logs():
                break
        raise AssertionError(f"nginx does not start\n{self.logs()}")

    def _answers(self):
        try:
            with self.connect():
                return True
        except OSError:
            return False

    def logs(self):
        """Everything that was logged."""
        return "".join(path.read_text(errors="replace") for path in sorted((self.prefix / "logs").iterdir()))

    def access_log(self, count):
        """The lines of so many requests, once they are written: that is after the answer."""
        file = self.prefix / "logs/latchkey.access.log"
        wait_until(lambda: file.read_text().count("\n") >= count, f"{count} requests are logged")
        return [json.loads(line) for line in file.read_text().splitlines()]

    def workers(self):
        """The processes that serve."""
        return Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    def open_files(self):
        """What the workers have open, as the kernel names it."""
        names = []
        for file in (file for worker in self.workers() for file in Path(f"/proc/{worker}/fd").iterdir()):
            try:
                names.append(os.readlink(file))
            except FileNotFoundError:
                pass  # closed meanwhile
        return names

    def context(self, *protocols, certificate=None):
        """Of a caller who trusts the authority and speaks these protocols; `certificate` is (file, key file)."""
        context = ssl.create_default_context(cafile=self.authority.certificate)
        if protocols:
            context.set_alpn_protocols(protocols)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def connect_plain(self, source="127.0.0.1"):
        """TCP from this address of 127.0.0.0/8: each is a caller of its own to nginx."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS, source_address=(source, 0))

    def connect(self, *protocols, source="127.0.0.1", context=None):
        """TLS."""
        context = context or self.context(*protocols)
        return context.wrap_socket(self.connect_plain(source), server_hostname="127.0.0.1")

    def caller(self, source="127.0.0.1", context=None):
        """A well-behaved HTTP/1.1 client."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS,
                                           context=context or self.context(), source_address=(source, 0))

    def exchange(self, *parts, source="127.0.0.1"):
        """Sends these bytes on a connection and returns all that comes back until its end."""
        with self.connect(source=source) as connection:
            return talk(connection, *parts)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.prefix)


class NginxTest(ApiTest):
    """nginx before a running daemon."""

    nginx_options = {}

    def setUp(self):
        super().setUp()
        self.nginx = Nginx(self.daemon.api, **self.nginx_options)
        self.addCleanup(self.nginx.close)

    def ask(self, request, source="127.0.0.1"):
        """What comes of these bytes."""
        return Answer(self.nginx.exchange(request, source=source))

    def link_request(self, customer_id="cus_1", more="", token=None):
        """A whole request for a link, on a connection that ends with it."""
        body = f'{{"customerId":"{customer_id}"}}'
        return (f"POST /v1/links HTTP/1.1\r\nHost: latchkey\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Authorization: Bearer {token or self.token}\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}").encode()

    def assert_serves_others(self, source="127.0.0.3"):
        """Whatever one caller does, another one gets a link."""
        answer = self.ask(self.link_request("cus_other"), source=source)
        self.assertEqual(answer.status, 200, answer)
        self.assertIn("link", answer.json)

    def assert_daemon_is_idle(self):
        """Nobody has a connection to the daemon now, and so none of its threads."""
        port = f":{int(self.daemon.api.rpartition(':')[2]):04X}"
        wait_until(lambda: not any(fields[1].endswith(port) and fields[3] == ESTABLISHED for fields in _connections()),
                   "the daemon has no connections")


class RecordedTest(unittest.TestCase):
    """nginx before a recorder, which shows what bytes would reach the API."""

    nginx_options = {}

    def setUp(self):
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        self.nginx = Nginx(self.recorder.address, **self.nginx_options)
        self.addCleanup(self.nginx.close)

    def ask(self, request, source="127.0.0.1"):
        return Answer(self.nginx.exchange(request, source=source))

    def assert_nginx_says(self, answer, status, code):
        """The error document of nginx itself, in the API's form."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual((answer.json["code"], answer.json["errors"]), (code, []), answer)
        self.assertEqual(set(answer.json), {"code", "message", "docs", "errors"})
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.headers["cache-control"], "no-store")


ESTABLISHED = "01"


def _connections():
    return [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]


def talk(connection, *parts):
    """Sends these bytes and reads to the end."""
    received = b""
    try:
        for part in parts:
            connection.sendall(part)
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        pass  # nginx has said what it had to say; that is read below
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except (ConnectionResetError, ssl.SSLError):
        pass
    return received


def allow_open_files(count):
    """For this process and those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=PATIENCE_SECONDS)


def _free_port():
    """Free a moment ago: nginx says so when somebody has taken it meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
