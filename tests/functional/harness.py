"""What the functional tests share: a temporary project, the built program, and a look into its database.

LATCHKEY_BIN and LATCHKEY_SANDBOX_BIN name the programs under test. Nothing here waits for a fixed time.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

LATCHKEY = os.environ.get("LATCHKEY_BIN", "latchkey")
SANDBOX = os.environ.get("LATCHKEY_SANDBOX_BIN", "latchkey-sandbox")
RUN_SECONDS_MAX = 60

MAYAR_KEY = "mayar-key-for-tests"
NOMOS_SECRET = "nomos-secret-for-tests"
NOMOS_CLIENT = "nomos-client-for-tests"

# What an entry says, by column.
LEDGER_VIEW = """CREATE TEMP VIEW ledger AS SELECT seq, entry, json_extract(entry, '$.type') AS type,
json_extract(entry, '$.outcome') AS outcome, json_extract(entry, '$.code') AS code,
json_extract(entry, '$.requestId') AS request_id, json_extract(entry, '$.linkFp') AS link_fp,
json_extract(entry, '$.providerRequestId') AS provider_request_id FROM main.ledger"""


class Result:
    """What a run of the program came to."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def json(self):
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self):
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self):
        """(line, field) of everything that a rejection complains about."""
        return [(error["line"], error["field"]) for error in self.json["error"]["errors"]]

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}"


def run(*words, stdin="", cwd=None, env=None):
    """Runs latchkey. A terminal's colours, zone and configuration of the caller do not reach it."""
    environment = {name: value for name, value in os.environ.items() if name != "LATCHKEY_CONFIG"}
    environment.update({"TZ": "Asia/Jakarta", "LC_ALL": "C.UTF-8"})
    environment.update(env or {})
    done = subprocess.run([LATCHKEY, *map(str, words)], input=stdin, capture_output=True, text=True, cwd=cwd,
                          env=environment, timeout=RUN_SECONDS_MAX, check=False)
    return Result(done)


def at(**ahead):
    """RFC 3339 of a moment so far from now, as the program writes it."""
    moment = datetime.now(timezone.utc) + timedelta(**ahead)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


class Project:
    """A project made by `latchkey init`, removed at the end."""

    def __init__(self, keys=True):
        self.root = Path(tempfile.mkdtemp(prefix="latchkey-functional-"))
        self.folder = self.root / "project"
        try:
            done = run("init", self.folder, "--json")
            if done.code != 0:
                raise AssertionError(done)
        except BaseException:
            self.close()
            raise
        self.made = done.json
        self.config = self.folder / "latchkey.toml"
        if keys:
            (self.folder / "secrets/mayar.key").write_text(MAYAR_KEY)
            (self.folder / "secrets/nomos.secret").write_text(NOMOS_SECRET)
            self.set("providers.nomos", "client_id", f'"{NOMOS_CLIENT}"')

    def close(self):
        shutil.rmtree(self.root)

    def run(self, *words, **options):
        return run("--config", self.config, *words, **options)

    def json(self, *words, **options):
        """A run that must go well, with --json."""
        done = self.run("--json", *words, **options)
        if done.code != 0:
            raise AssertionError(done)
        return done

    def set(self, section, key, value):
        """Replaces a setting of latchkey.toml, or adds it to its section ("" is the top)."""
        text = self.config.read_text()
        start = 0 if section == "" else text.index(f"[{section}]")
        end = text.find("\n[", start)
        end = len(text) if end < 0 else end
        body = text[start:end]
        line = f"{key} = {value}"
        body, found = re.subn(rf"(?m)^{re.escape(key)} *=.*$", lambda _: line, body, count=1)
        if not found:
            head, _, rest = body.partition("\n")
            body = f"{head}\n{line}\n{rest}" if section else f"{line}\n{body}"
        self.config.write_text(text[:start] + body + text[end:])

    def file(self, name, text):
        path = self.root / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def rows(self, sql, *parameters):
        """Reads the database, as another program would."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/latchkey.db?mode=ro", uri=True)) as database:
            database.execute(LEDGER_VIEW)
            return database.execute(sql, parameters).fetchall()

    def one(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    def tamper(self, *statements):
        """Changes the database as a person could who may write the file: triggers do not stop that."""
        with closing(sqlite3.connect(self.folder / "data/latchkey.db")) as database, database:
            triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                database.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                database.execute(statement)
            for _, sql in triggers:
                database.execute(sql)

    def node(self, index):
        """One stored node of the ledger's tree; a row holds those that follow each other."""
        first, hashes = self.rows(f"SELECT idx, hashes FROM ledger_node WHERE idx <= {index} ORDER BY idx DESC LIMIT 1")[0]
        return hashes[(index - first) * 32:][:32]

    def rebuild_tree(self):
        """The tree over the entries as they are now, by the definition of RFC 6962 and docs/ledger.md, a row a node."""
        nodes, edge = [], []
        for seq, (entry,) in enumerate(self.rows("SELECT entry FROM ledger ORDER BY seq")):
            edge.append(hashlib.sha256(b"\0" + entry.encode()).digest())
            nodes.append(edge[-1])
            while seq & 1:
                edge[-2:] = [hashlib.sha256(b"\1" + edge[-2] + edge[-1]).digest()]
                nodes.append(edge[-1])
                seq >>= 1
        self.tamper("DELETE FROM ledger_node")
        with closing(sqlite3.connect(self.folder / "data/latchkey.db")) as database, database:
            database.executemany("INSERT INTO ledger_node VALUES (?, ?)", enumerate(nodes))

    def job_count(self):
        return self.one("SELECT count(*) FROM jobs")

    def entries(self):
        return [json.loads(entry) for (entry,) in self.rows("SELECT entry FROM ledger ORDER BY seq")]

    def snapshot(self):
        """What must be the same when a command is to have changed nothing."""
        return self.rows("SELECT * FROM jobs"), self.rows("SELECT * FROM ledger"), self.rows("SELECT * FROM subjects")


class FunctionalTest(unittest.TestCase):
    """One project a test."""

    keys = True

    def setUp(self):
        self.project = Project(self.keys)
        self.addCleanup(self.project.close)

    def assert_exit(self, done, code):
        self.assertEqual(done.code, code, done)
        return done

    def assert_rejected(self, done, field, *words, code="invalid_request"):
        """Exit 3 with the error document, naming this field; each of `words` is in its message."""
        self.assert_exit(done, 3)
        error = done.json["error"]
        self.assertEqual(error["code"], code, done)
        messages = [one["message"] for one in error["errors"] if one["field"] == field]
        self.assertTrue(messages, done)
        for word in words:
            self.assertIn(word, messages[0])
        self.assertIn("latchkey: ", done.err)


def main():
    unittest.main(verbosity=1)
