"""`audit checkpoint`, the anchors folder, the refusal to start when an anchor disagrees, and `audit new-origin`."""

import base64
import hashlib
import json
import shutil
import signal
import sqlite3
from contextlib import closing

from harness import Project, main
from live import LiveTest, wait_until


def leaf_hash(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def tree_hash(leaves):
    """RFC 6962 section 2.1, from the definition."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


class Checkpoints(LiveTest):
    def note(self):
        return self.assert_exit(self.project.run("audit", "checkpoint"), 0).out

    def anchored(self):
        return (self.project.folder / "anchors/checkpoint").read_text()

    def log_lines(self):
        return (self.project.folder / "anchors/checkpoints.log").read_text().splitlines()

    def root_of(self, size):
        entries = self.project.rows("SELECT entry FROM ledger WHERE seq < ? ORDER BY seq", size)
        return base64.b64encode(tree_hash([leaf_hash(entry.encode()) for (entry,) in entries])).decode()

    def test_without_a_daemon_it_signs_what_is_there(self):
        note = self.note()
        origin, size, root = note.splitlines()[:3]
        self.assertEqual(origin, self.project.made["origin"])
        self.assertEqual(int(size), self.project.one("SELECT count(*) FROM ledger"))
        self.assertEqual(root, self.root_of(int(size)))
        self.assertEqual(self.anchored(), note)
        self.assertEqual(self.project.one("SELECT note FROM checkpoints"), note)
        document = self.project.json("audit", "checkpoint").json
        self.assertEqual((document["size"], document["note"]), (int(size), note))

    def test_a_running_daemon_publishes_what_it_covers(self):
        daemon = self.start()
        self.send("first")
        self.wait_for_state("first", "done")
        last = self.project.one("SELECT last_seq FROM jobs")
        note = self.note()
        size = int(note.splitlines()[1])
        self.assertLess(last, size)
        self.assertEqual(note.splitlines()[2], self.root_of(size))
        self.assertEqual(daemon.stop(), 0)
        lines = self.log_lines()
        self.assertEqual([line.split()[1] for line in (lines[0], lines[-1])], ["start", "stop"])
        self.assertEqual(int(lines[-1].split()[3]), self.project.one("SELECT count(*) FROM ledger"))

    def test_a_daemon_refuses_a_database_that_lost_published_entries(self):
        database = self.project.folder / "data/latchkey.db"
        copy = self.project.root / "copy.db"
        shutil.copy(database, copy)
        self.start().stop()
        before = self.note()
        for name in ("latchkey.db-wal", "latchkey.db-shm"):
            (database.parent / name).unlink(missing_ok=True)
        shutil.copy(copy, database)
        old = self.project.snapshot()

        for words in (["serve"], ["audit", "checkpoint"]):
            done = self.assert_exit(self.project.run(*words), 78)
            self.assertIn("anchors/checkpoint", done.err)
            self.assertIn("new-origin", done.err)
        self.assertEqual(self.project.snapshot(), old)

        self.assert_exit(self.project.run("audit", "new-origin", "--reason", "look at budi@example.com"), 3)
        self.assert_exit(self.project.run("serve"), 78)
        made = self.project.json("audit", "new-origin", "--reason", "restored on purpose").json
        self.assertEqual(made["oldOrigin"], self.project.made["origin"])
        init = self.project.entries()[-1]
        self.assertEqual((init["type"], init["origin"], init["oldOrigin"], init["reason"]),
                         ("log.init", made["origin"], made["oldOrigin"], "restored on purpose"))
        self.assertEqual(init["lastCheckpoint"], hashlib.sha256(before.encode()).hexdigest())
        self.assertEqual((self.project.folder / "ledger.vkey").read_text().splitlines(),
                         [made["verifierKey"], self.project.made["verifierKey"]])
        self.assertEqual(self.note().splitlines()[0], made["origin"])
        daemon = self.start()
        self.send("after")
        self.wait_for_state("after", "done")
        self.assertEqual(daemon.stop(), 0)
        again = self.project.run("--json", "audit", "new-origin", "--reason", "once more")
        self.assert_exit(again, 3)
        self.assertEqual(again.json["error"]["code"], "wrong_state")

    def test_a_daemon_stops_when_its_database_is_exchanged(self):
        daemon = self.start()
        database = self.project.folder / "data/latchkey.db"
        shutil.copy(database, database.with_suffix(".other"))
        database.with_suffix(".other").rename(database)
        wait_until(lambda: daemon.process.poll() is not None, "it has stopped")
        self.assertEqual(daemon.process.returncode, 4)
        self.assertIn("removed or replaced", daemon.log())

    def test_anchors_that_cannot_be_reached(self):
        anchors = self.project.folder / "anchors"
        anchors.rename(self.project.folder / "elsewhere")
        done = self.assert_exit(self.project.run("serve"), 4)
        self.assertIn("cannot be reached", done.err)
        (self.project.folder / "elsewhere").rename(anchors)

        daemon = self.start()
        wait_until((anchors / "checkpoint").exists, "the first checkpoint is published")
        anchors.rename(self.project.folder / "elsewhere")
        self.send("meanwhile")
        daemon.wait_for_log("no checkpoint published")
        self.wait_for_state("meanwhile", "done")
        (self.project.folder / "elsewhere").rename(anchors)
        wanted = self.project.one("SELECT count(*) FROM ledger")
        wait_until(lambda: int(self.anchored().splitlines()[1]) >= wanted, "the anchors have caught up")

    def test_anchors_that_were_lost_begin_anew_only_on_purpose(self):
        self.note()
        for path in (self.project.folder / "anchors").iterdir():
            path.unlink()
        for words in (["serve"], ["audit", "checkpoint"]):
            self.assertIn("is their disk mounted", self.assert_exit(self.project.run(*words), 78).err)
        self.project.json("audit", "new-origin", "--reason", "the anchors' disk is lost")
        self.assertEqual(self.start().stop(), 0)
        self.assert_exit(self.project.run("audit", "verify"), 0)

    def test_a_fork_that_nobody_signed_is_not_gone_along_with(self):
        """Somebody who can write the database, but has no key, gives the published history up."""
        before = self.note()
        other = Project(keys=False)
        self.addCleanup(other.close)
        size = self.project.one("SELECT count(*) FROM ledger")
        forged = {"actor": "uid:0", "oldOrigin": self.project.made["origin"], "origin": other.made["origin"],
                  "lastCheckpoint": "0" * 64, "reason": "nothing to see", "seq": size,
                  "t": self.project.entries()[-1]["t"], "type": "log.init", "v": 1}
        entry = json.dumps(forged, sort_keys=True, separators=(",", ":"))
        with closing(sqlite3.connect(self.project.folder / "data/latchkey.db")) as database:
            database.execute("INSERT INTO ledger (seq, entry) VALUES (?, ?)", (size, entry))
            database.execute("INSERT INTO ledger_index VALUES ('type', 'log.init', ?)", (size,))
            database.commit()
        self.project.rebuild_tree()
        for words in (["serve"], ["audit", "checkpoint"]):
            done = self.assert_exit(self.project.run(*words), 78)
            self.assertIn("nobody has published", done.err)
        self.assertEqual(self.anchored(), before)
        self.assertIn("E_ORIGIN", self.assert_exit(self.project.run("audit", "verify"), 1).out)

    def test_a_line_that_a_power_cut_left_unfinished_is_passed_over(self):
        self.note()
        log = self.project.folder / "anchors/checkpoints.log"
        log.write_text(log.read_text() + "2026-01-02T03:04")
        daemon = self.start()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([line.split()[1] for line in self.log_lines() if " " in line], ["demand", "start", "stop"])

    def test_an_origin_in_the_configuration_that_is_not_the_ledgers(self):
        self.project.set("ledger", "origin", '"example/other"')
        done = self.assert_exit(self.project.run("serve"), 3)
        self.assertIn(self.project.made["origin"], done.err)

    def test_a_second_publisher_is_turned_away(self):
        daemon = self.start()
        self.assert_exit(self.project.run("audit", "new-origin", "--reason", "no need"), 75)
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(30), 0)


if __name__ == "__main__":
    main()
