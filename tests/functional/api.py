"""Callers of the API for the functional tests: well-behaved ones, and ones that write what they like."""

import hashlib
import json
import secrets
import socket
import sqlite3
import string
import time

from live import PATIENCE_SECONDS, InBackground, LiveTest, wait_until

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
DAY_MS = 24 * 3600 * 1000


class Answer:
    def __init__(self, raw):
        head, separator, self.body = raw.partition(b"\r\n\r\n")
        if not separator:
            raise AssertionError(f"not an answer: {raw[:200]!r}")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body!r}"


def head(method="POST", path="/v1/links", **headers):
    """A request's head; underscores in header names stand for hyphens, and None takes a usual header away."""
    usual = {"Host": "latchkey", "Connection": "close"}
    if method == "POST":
        usual["Content_Type"] = "application/json"
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in {**usual, **headers}.items() if value is not None]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connection:
    """One that stays open: answers are read by their Content-Length, one after the other."""

    def __init__(self, address):
        self.socket = connect(address)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        try:
            for part in parts:
                self.socket.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has said what it had to say

    def _receive(self):
        try:
            chunk = self.socket.recv(65536)
        except ConnectionResetError:
            chunk = b""
        self.received += chunk
        return bool(chunk)

    def answer(self):
        """The next answer; None when the server has closed instead."""
        while b"\r\n\r\n" not in self.received:
            if not self._receive():
                return None
        raw_head, _, rest = self.received.partition(b"\r\n\r\n")
        length = Answer(raw_head + b"\r\n\r\n").headers.get("content-length", "0")
        while len(rest) < int(length):
            if not self._receive():
                raise AssertionError(f"cut answer: {self.received!r}")
            rest = self.received.partition(b"\r\n\r\n")[2]
        self.received = rest[int(length):]
        return Answer(raw_head + b"\r\n\r\n" + rest[:int(length)])

    def closed(self):
        """Waits until the server has closed; what it sent before that is in `received`."""
        while self._receive():
            pass
        return True


def connect(address):
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)


def exchange(address, *parts):
    """Sends these bytes on a connection and reads it to its end."""
    with connect(address) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has said what it had to say; that is read below
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionResetError:
            pass
    return Answer(received)


def make_token(name=None):
    """(id, text) as src/base/api_token.h has it; the id may be given."""
    name = name or "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(8))
    text = f"lk_{name}_" + "".join(secrets.choice(BASE62) for _ in range(32))
    digest = hashlib.sha256(text.encode()).digest()
    return name, text + "".join(BASE62[byte % 62] for byte in digest[:6])


class ApiTest(LiveTest):
    """A running daemon and a token that may send."""

    def setUp(self):
        super().setUp()
        self.configure()
        self.daemon = self.start()
        self.token = self.project.made["token"]

    def configure(self):
        """What differs from LiveTest's configuration."""

    def add_token(self, scopes="send", single_use=False, expires_in_ms=None, revoked=False):
        """A token of the database, as a command would write it."""
        name, text = make_token()
        now = int(time.time() * 1000)
        expires = None if expires_in_ms is None else now + expires_in_ms
        database = sqlite3.connect(self.project.folder / "data/latchkey.db", timeout=PATIENCE_SECONDS)
        with database:
            database.execute("INSERT INTO api_tokens VALUES (?, 'test', ?, ?, ?, ?, ?, ?, ?)",
                             (name, hashlib.sha256(text.encode()).digest(), scopes, f"token:{name}", int(single_use),
                              now - DAY_MS, expires, now - 1 if revoked else None))
        database.close()
        return text

    def request(self, method, path, body=None, token=None, **headers):
        """The bytes of a request; `body` is an object, bytes, or nothing."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if method == "POST" or data:
            headers = {"Content_Length": len(data), **headers}
        return head(method, path, **{"Authorization": f"Bearer {token or self.token}", **headers}) + data

    def call(self, method, path, body=None, token=None, **headers):
        """One request on a connection of its own."""
        return exchange(self.daemon.api, self.request(method, path, body, token, **headers))

    def post(self, body, token=None, **headers):
        """POST /v1/links; `body` is an object or bytes."""
        return self.call("POST", "/v1/links", body, token, **headers)

    def link(self, customer_id, **members):
        return self.post({"customerId": customer_id, **members})

    def waiting(self, customer_id, request_id, **members):
        """A caller on a thread of its own, whose job is stored by the time this returns."""
        caller = InBackground(lambda: self.link(customer_id, requestId=request_id, **members))
        wait_until(lambda: self.story(request_id), f"{request_id} is stored")
        return caller

    def assert_error(self, answer, status, code, field=None):
        """The error document of docs/api.md; returns the message of `field`, or the document's."""
        self.assertEqual(answer.status, status, answer)
        document = answer.json
        self.assertEqual(document["code"], code, answer)
        self.assertEqual(answer.headers.get("cache-control"), "no-store", answer)
        self.assertTrue(document["message"], answer)
        if field is None:
            return document["message"]
        messages = [error["message"] for error in document["errors"] if error["field"] == field]
        self.assertTrue(messages, answer)
        return messages[0]

    def assert_serves(self):
        """Whatever a caller did, the next one gets a link."""
        self.assertEqual(self.link("cus_next").status, 200)
