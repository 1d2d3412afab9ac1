"""`latchkey audit export`: the whole ledger or a part of it in four formats, recorded, and checkable without the program."""

import csv
import hashlib
import io
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

from auditor import Auditor
from harness import LATCHKEY, FunctionalTest, Result, at, main

NOBODY = 65534
MEASURED = """
import os, sys
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class ExportTest(Auditor, FunctionalTest):
    def setUp(self):
        super().setUp()
        self.vkey = self.project.folder / "ledger.vkey"
        self.file = self.project.root / "export.jsonl"
        self.checkpoint = self.project.root / "checkpoint"
        self.project.json("send", "mayar", "budi@example.com", "--request-id", "-1")
        self.project.run("send", "mayar", "siti@example.com", "--request-id", "b-2", "--at", at(hours=-1))
        self.project.json("jobs", "cancel", "--reason", '=say "no", please', "--", "-1")

    def export(self, *words, code=0):
        return self.assert_exit(self.project.run("audit", "export", *words), code)

    def stored(self):
        return [entry for (entry,) in self.project.rows("SELECT entry FROM ledger ORDER BY seq")]


class Formats(ExportTest):
    def test_json_lines_are_the_stored_bytes_with_this_exports_own_entry(self):
        done = self.export()
        self.assertEqual(done.out.splitlines(), self.stored())
        self.assertEqual(done.err, "tree size 7, 7 entries, complete\n")
        last = self.project.entries()[-1]
        self.assertEqual((last["type"], last["format"], last["size"], last["actor"]),
                         ("audit.export", "jsonl", 6, f"uid:{os.getuid()}"))

    def test_csv_is_read_by_a_csv_reader_and_runs_nothing(self):
        self.export("--format", "csv", "--out", self.file)
        text = self.file.read_bytes().decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        self.assertEqual([row["seq"] for row in rows], [str(seq) for seq in range(7)])
        self.assertEqual(rows[5]["reason"], "'=say \"no\", please")
        self.assertEqual(rows[5]["requestId"], "'-1")
        self.assertEqual(json.loads(rows[6]["more"]), {"format": "csv", "size": 6})
        self.assertEqual(text.count("\r\n"), 8)
        self.assertEqual(text.replace("\r\n", "").count("\n"), 0)

    def test_ocsf_and_cloud_events(self):
        events = [json.loads(line) for line in self.export("--format", "ocsf").out.splitlines()]
        self.assertEqual([event["raw_data"] for event in events], self.stored())
        self.assertEqual({event["class_uid"] for event in events}, {6003})
        events = [json.loads(line) for line in self.export("--format", "cloudevents").out.splitlines()]
        self.assertEqual([event["data"] for event in events], self.project.entries())
        self.assertEqual(len({(event["source"], event["id"]) for event in events}), len(events))

    def test_questions(self):
        def seqs(*words):
            return [json.loads(line)["seq"] for line in self.export(*words).out.splitlines()]
        self.assertEqual(seqs("--request-id=-1"), [2, 5])
        self.assertEqual(seqs("--recipient", "siti@example.com", "--newest"), [4, 3])
        self.assertEqual(seqs("--type", "audit.export"), [6, 7, 8])
        self.assertIn("more follow", self.export("--limit", "2").err)
        self.assert_rejected(self.project.run("--json", "audit", "export", "--format", "xml"), "format")

    def test_reveal_adds_recipients_and_is_recorded(self):
        lines = [json.loads(line) for line in self.export("--reveal").out.splitlines()]
        self.assertEqual([line["recipient"] for line in lines],
                         [None, None, "budi@example.com", "siti@example.com", "siti@example.com", "budi@example.com",
                          None, None])
        self.assertEqual([line["entry"] for line in lines], self.project.entries())
        self.assertEqual([entry["type"] for entry in self.project.entries()[6:]], ["audit.reveal", "audit.export"])
        rows = list(csv.DictReader(io.StringIO(self.export("--reveal", "--format", "csv").out, newline="")))
        self.assertEqual(rows[2]["recipient"], "budi@example.com")
        event = json.loads(self.export("--reveal", "--format", "ocsf").out.splitlines()[2])
        self.assertEqual(event["resources"][1]["name"], "budi@example.com")
        event = json.loads(self.export("--reveal", "--format", "cloudevents").out.splitlines()[2])
        self.assertEqual(event["recipient"], "budi@example.com")
        for form in ("jsonl", "csv", "ocsf", "cloudevents"):
            self.assertNotIn("@example.com", self.export("--format", form).out)


class Files(ExportTest):
    def test_file_is_private_whole_and_never_overwritten(self):
        self.export("--out", self.file)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.file.read_text().splitlines(), self.stored())
        before = self.project.snapshot()
        self.assert_rejected(self.project.run("--json", "audit", "export", "--out", self.file), "out", code="conflict")
        self.export("--out", self.project.root / "missing/x.jsonl", code=4)
        part = self.project.file("y.jsonl.part", "of another run")
        self.export("--out", self.project.root / "y.jsonl", code=4)
        self.assertEqual(part.read_text(), "of another run")
        self.assertEqual(self.project.snapshot(), before)
        self.assertEqual([path.name for path in self.project.root.glob("*.part")], ["y.jsonl.part"])

    def test_unreadable_entry_leaves_no_file(self):
        self.project.tamper("UPDATE ledger SET entry = '[]' WHERE seq = 3")
        self.export("--out", self.file, "--format", "csv", code=4)
        self.assertFalse(self.file.exists())
        self.assertEqual(list(self.project.root.glob("*.part")), [])

    def test_copy_that_cannot_be_written_is_exported_without_a_record(self):
        copy = self.project.root / "copy"
        shutil.copytree(self.project.folder, copy)
        owner = NOBODY if os.getuid() == 0 else os.getuid()
        for path in [self.project.root, copy, *copy.rglob("*")]:
            os.chown(path, owner, -1)
            path.chmod(0o500 if path.is_dir() else 0o400)
        self.project.root.chmod(0o755)
        done = self.run_as(owner, "--config", copy / "latchkey.toml", "audit", "export", "--reveal")
        if done is None:
            self.skipTest("the program lies where other users may not run it")
        for path in [copy, *copy.rglob("*")]:
            if path.is_dir():
                path.chmod(0o700)
        self.assertEqual(done.code, 0, done)
        self.assertIn("that it is exported, and recipients revealed, is not recorded", done.err)
        self.assertIn("tree size 6, 6 entries, complete", done.err)
        self.assertEqual([json.loads(line)["entry"] for line in done.out.splitlines()], self.project.entries())

    def run_as(self, owner, *words):
        identity = {"user": owner, "group": owner, "extra_groups": []} if os.getuid() == 0 else {}
        try:
            return Result(subprocess.run([LATCHKEY, *map(str, words)], capture_output=True, text=True, cwd="/", check=False,
                                         timeout=60, **identity))
        except PermissionError:
            return None


class Checked(ExportTest):
    def setUp(self):
        super().setUp()
        self.export("--out", self.file, "--checkpoint", self.checkpoint)
        self.lines = self.file.read_bytes().splitlines(True)

    def changed(self, lines):
        return self.project.file("changed.jsonl", b"".join(lines))

    def assert_noticed(self, message, lines):
        self.assert_fails(message, self.changed(lines), self.checkpoint, self.vkey)

    def test_whole_export_holds(self):
        text = self.assert_holds(self.file, self.checkpoint, self.vkey)
        self.assertIn("7 entries of 2 requests, 0 attempts without a result yet", text)
        self.assertEqual(len(text.splitlines()), 1)

    def test_checkpoint_is_never_overwritten(self):
        self.assert_rejected(self.project.run("--json", "audit", "export", "--checkpoint", self.checkpoint), "checkpoint",
                             code="conflict")

    def test_changes_are_noticed(self):
        for number, line in enumerate(self.lines):
            for place in range(number, len(line), 29):
                changed = line[:place] + bytes([line[place] ^ 1]) + line[place + 1:]
                self.assert_noticed("", self.lines[:number] + [changed] + self.lines[number + 1:])
        other = self.lines[2].replace(b"uid:", b"uid:1")  # well-formed, and never written
        self.assert_noticed("not those that", self.lines[:2] + [other] + self.lines[3:])

    def test_left_out_and_moved_lines_are_noticed(self):
        self.assert_noticed("seq 3 expected, seq 4 found", self.lines[:3] + self.lines[4:])
        self.assert_noticed("was signed for 7 entries, the export has only 6", self.lines[:-1])
        self.assert_noticed("seq 2 expected, seq 3 found", self.lines[:2] + [self.lines[3], self.lines[2]] + self.lines[4:])
        self.assert_noticed("seq 1 expected, seq 0 found", [self.lines[0]] + self.lines)
        self.assert_noticed("signed for 7 entries", [])
        self.assert_noticed("is not in canonical form", self.lines[:-1] + [self.lines[-1][:-1]])

    def test_added_lines_are_noticed(self):
        more = self.lines[-1].replace(b'"seq":6', b'"seq":7')
        self.assert_noticed("entries from seq 7 on are newer than the checkpoint", self.lines + [more])

    def test_other_bytes_of_the_same_meaning_are_noticed(self):
        for changed in (self.lines[0].replace(b":", b": ", 1), self.lines[0].replace(b"log", b"l\\u006fg"),
                        b'{"seq":0,' + self.lines[0][1:], self.lines[0].replace(b'"v":1', b'"v":1.0'),
                        b"[1]\n", b"\xff\n", b"[" * 3000 + b"\n", b'{"a":"' + b"x" * 5000 + b'"}\n'):
            self.assert_noticed("line 1 is not in canonical form", [changed] + self.lines[1:])

    def test_another_key_and_another_checkpoint_are_noticed(self):
        stranger = type(self.project)()
        self.addCleanup(stranger.close)
        self.assert_fails("is not signed by this key", self.file, self.checkpoint, stranger.folder / "ledger.vkey")
        note = self.checkpoint.read_text()
        self.assert_fails("is not good", self.file, self.project.file("c", note.replace("\n7\n", "\n6\n")), self.vkey)
        self.assert_fails("is no checkpoint", self.file, self.project.file("d", note[:-1]), self.vkey)
        self.assert_fails("No such file", self.project.root / "missing", self.checkpoint, self.vkey)

    def test_older_checkpoint_of_a_rewritten_ledger_is_noticed(self):
        """A person with the key rewrites history and signs it: only an older checkpoint shows it."""
        second = self.project.root / "second"
        self.project.tamper("UPDATE ledger SET entry = replace(entry, 'budi', 'tono') WHERE seq = 2",
                            "UPDATE ledger SET entry = replace(entry, 'uid:', 'uid:9') WHERE seq = 2",
                            "DELETE FROM checkpoints")
        self.project.rebuild_tree()
        for anchor in (self.project.folder / "anchors").iterdir():
            anchor.unlink()
        self.export("--out", self.project.root / "second.jsonl", "--checkpoint", second)
        self.assert_holds(self.project.root / "second.jsonl", second, self.vkey)
        self.assert_fails("the first 7 entries are not those that", self.project.root / "second.jsonl", second, self.vkey,
                          self.checkpoint)


class Memory(ExportTest):
    """Peak memory does not follow the number of entries."""

    def fill(self, count):
        """Entries as nobody wrote them, and the tree over them."""
        with closing(sqlite3.connect(self.project.folder / "data/latchkey.db")) as database, database:
            (first,) = database.execute("SELECT count(*) FROM ledger").fetchone()
            for seq in range(first, first + count):
                entry = (f'{{"actor":"system","epoch":{seq},"reason":"{"x" * 200}","seq":{seq},'
                         f'"t":"2099-01-01T00:00:00.000Z","type":"daemon.start","v":1}}')
                database.execute("INSERT INTO ledger (seq, entry) VALUES (?, ?)", (seq, entry))
        self.project.rebuild_tree()

    def peak_kib(self, form):
        out = self.project.root / f"{form}.{len(list(self.project.root.iterdir()))}"
        words = [LATCHKEY, "--config", str(self.project.config), "audit", "export", "--format", form, "--out", str(out)]
        # A process begins with the peak of the one that it was started by, so that must be a small one.
        # The address sanitizer keeps what was freed, to see its use: here that would look like growth.
        options = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1"]))
        done = subprocess.run([sys.executable, "-c", MEASURED, *words], capture_output=True, text=True, check=True,
                              env={**os.environ, "ASAN_OPTIONS": options})
        return int(done.stdout)

    def test_peak_memory_is_constant(self):
        self.fill(3_000)
        few = {form: self.peak_kib(form) for form in ("jsonl", "ocsf")}
        self.fill(60_000)
        for form, before in few.items():
            self.assertLess(self.peak_kib(form), before + 8 * 1024, form)  # the export itself has over 20 MiB


if __name__ == "__main__":
    main()
