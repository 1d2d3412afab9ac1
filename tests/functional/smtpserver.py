"""A real mail server for tests: aiosmtpd (Debian's python3-aiosmtpd) with TLS, logins, and faults on demand.

As a program it writes one JSON object a line on stdout, and ends when its stdin ends:

    {"event": "listening", "port": 40123}
    {"event": "login", "user": "latchkey", "mechanism": "PLAIN", "ok": true}
    {"event": "mail", "from": ..., "to": [...], "tls": true, "user": ..., "hello": ..., "reply": "250 ...",
     "raw": the bytes as latin-1, "message": what Python's own email parser makes of them}

The recipient's local part may order a fault, "budi+rcpt550@example.com": STAGE and then a reply's code, "cut" (the
connection is closed) or "hang" (nothing is answered). STAGE is rcpt (the address), end (the message has arrived; its
"mail" is told all the same, with that reply) or quit. Before there is a recipient: --fault greeting554, --fault
login454, --fault sender550 and the like.

From a test, `with MailServer(tls="starttls", user="u", password="p") as server:` runs it in a process of its own, with
the system's Python, since another one may come first in PATH that lacks aiosmtpd.
"""

import argparse
import asyncio
import json
import logging
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path

PYTHON = "/usr/bin/python3"
PATIENCE_SECONDS = 30
FAULT = re.compile(r"(greeting|login|sender|rcpt|end|quit)([245]\d\d|cut|hang)$")


# ---- within a test --------------------------------------------------------------------------------------------------


class MailServer:
    """The server in a process of its own. `tls` is "none", "starttls" or "tls"; its certificate is for localhost and
    127.0.0.1, and `ca_file` names what to trust."""

    def __init__(self, tls="starttls", user=None, password=None, faults=(), mechanisms=("PLAIN", "LOGIN")):
        self._folder = tempfile.TemporaryDirectory(prefix="latchkey-smtp-")
        self._events = []
        self._changed = threading.Condition()
        self.tls = tls
        self.ca_file = Path(self._folder.name) / "ca.pem"
        words = [PYTHON, "-B", __file__, "--tls", tls, "--mechanisms", ",".join(mechanisms)]
        for fault in faults:
            words += ["--fault", fault]
        if user is not None:
            words += ["--user", user, "--password", password]
        if tls != "none":
            key = Path(self._folder.name) / "key.pem"
            make_certificate(self.ca_file, key)
            words += ["--certificate", str(self.ca_file), "--key", str(key)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port = self._wait(lambda: next((e["port"] for e in self._events if e["event"] == "listening"), None),
                               "the mail server listens")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        self._process.stdout.close()
        self._folder.cleanup()

    @property
    def events(self):
        with self._changed:
            return list(self._events)

    @property
    def mails(self):
        """Every message that arrived whole, also those that the server then refused or left unanswered."""
        return [event for event in self.events if event["event"] == "mail"]

    def wait_for_mails(self, count):
        return self._wait(lambda: self.mails if len(self.mails) >= count else None, f"{count} mails have arrived")

    def _read(self):
        for line in self._process.stdout:
            with self._changed:
                self._events.append(json.loads(line))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _wait(self, condition, what):
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._changed:
            while (value := condition()) is None:
                left = deadline - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    raise AssertionError(f"waited in vain until {what}")
                self._changed.wait(min(left, 1))
        return value


def make_certificate(certificate, key):
    """One that signs itself, so that it can be trusted by name."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)


# ---- the program ----------------------------------------------------------------------------------------------------


def tell(**event):
    print(json.dumps(event), flush=True)


def fault_of(stage, *texts):
    """The code, "cut" or "hang" that one of these texts orders for this stage."""
    for text in texts:
        for word in text.split("+"):
            found = FAULT.match(word)
            if found and found[1] == stage:
                return found[2]
    return None


def described(raw):
    """What a reader of mail sees; texts with plain line ends. "decoded" are the headers as RFC 2047 alone has them: the
    newer parser of Python 3.11 keeps the space between two encoded words of a name."""
    message = message_from_bytes(raw, policy=policy.default)
    older = message_from_bytes(raw, policy=policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "decoded": [[name, str(make_header(decode_header(value)))] for name, value in older.items()],
        "defects": [repr(defect) for part in message.walk() for defect in part.defects]
                   + [repr(defect) for _, value in message.items() for defect in value.defects],
        "from": [[mailbox.display_name, mailbox.addr_spec] for mailbox in message["From"].addresses],
        "to": [[mailbox.display_name, mailbox.addr_spec] for mailbox in message["To"].addresses],
        "date": parsedate_to_datetime(message["Date"]).isoformat(),
        "type": message.get_content_type(),
        "parts": [{"type": part.get_content_type(), "charset": part.get_content_charset(), "text": part.get_content().replace("\r\n", "\n")} for part in parts],
    }


class Handler:
    """aiosmtpd calls these at each step of the dialogue; what they return is the reply."""

    def __init__(self, faults):
        self.faults = faults

    async def strike(self, server, fault, default):
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "cut":
            server.transport.abort()
            raise ConnectionResetError
        return default if fault is None else f"{fault} ordered by the test"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self.strike(server, fault_of("sender", *self.faults), "250 sender is fine")

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = await self.strike(server, fault_of("rcpt", address.split("@")[0]), "250 recipient is fine")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        session.quit_fault = fault_of("quit", address.split("@")[0])
        return reply

    async def handle_DATA(self, server, session, envelope):
        fault = fault_of("end", *(address.split("@")[0] for address in envelope.rcpt_tos))
        reply = "250 taken" if fault is None else fault
        tell(event="mail", **{"from": envelope.mail_from}, to=envelope.rcpt_tos, hello=session.host_name,
             tls=session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
             user=getattr(session, "user", None), options=envelope.mail_options, reply=reply,
             raw=envelope.original_content.decode("latin-1"), message=described(envelope.original_content))
        return await self.strike(server, fault, "250 taken")

    async def handle_QUIT(self, server, session, envelope):
        return await self.strike(server, getattr(session, "quit_fault", None), "221 good-bye")


async def serve(options):
    from aiosmtpd.smtp import SMTP, AuthResult  # only the system's Python has it

    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # a client that trusts us not is no news
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")

    def login(_, session, __, mechanism, data):
        fault = fault_of("login", *options.fault)
        good = fault is None and (data.login.decode(), data.password.decode()) == (options.user, options.password)
        tell(event="login", user=data.login.decode(), mechanism=mechanism, ok=good)
        if good:
            session.user = data.login.decode()
        return AuthResult(success=good, handled=False, message=f"{fault} ordered by the test" if fault else None)

    class Server(SMTP):
        async def _handle_client(self):
            fault = fault_of("greeting", *options.fault)
            if fault is None:
                return await super()._handle_client()
            await self.push(await self.event_handler.strike(self, fault, ""))
            self.transport.close()

    context = None
    if options.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    excluded = [name for name in ("PLAIN", "LOGIN") if name not in options.mechanisms.split(",")]

    def connection():
        return Server(Handler(options.fault), hostname="mail.example", timeout=3600, loop=asyncio.get_running_loop(),
                      tls_context=context if options.tls == "starttls" else None,
                      require_starttls=options.tls == "starttls", auth_required=options.user is not None,
                      auth_require_tls=options.tls == "starttls", auth_exclude_mechanism=excluded,
                      authenticator=login)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0,
                                                            ssl=context if options.tls == "tls" else None)
    tell(event="listening", port=server.sockets[0].getsockname()[1])
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tls", choices=("none", "starttls", "tls"), default="none")
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--mechanisms", default="PLAIN,LOGIN")
    parser.add_argument("--fault", action="append", default=[])
    options = parser.parse_args()
    for fault in options.fault:
        if not FAULT.match(fault):
            parser.error(f"{fault} is no fault")
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
