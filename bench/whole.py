#!/usr/bin/env python3
"""How fast the whole of Latchkey is, from the outside, beside what the machine itself allows in the same run.

scripts/bench runs it. The daemon is the one that its users run: synchronous=FULL, ledger, tree, checkpoints, anchors;
only the provider's limit is off, and the provider is bench/stub.cpp. Every figure is the median of its runs and, in
brackets, the smallest and the largest. Figures of one run belong together; machines that others use are noisy.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from common import BIN, command, load, machine, now, percentile, raw_sync, spread, versions, wrk
from runner import Latchkey, Stub, drain, machine_busy, pick_up, rested_trips

WINDOW = 10_000
CALM_CORES = 0.15
PARTS = ("limits", "enqueue", "bulk", "drain", "pickup", "backlog", "history", "verify")


def shown(value):
    if value is None:
        return "?"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def cell(values):
    middle, least, most = spread(values)
    return shown(middle) if shown(least) == shown(most) else f"{shown(middle)} ({shown(least)}–{shown(most)})"


class Table:
    """Figures, each a list of what its runs came to, with its aim and the limit that it is near."""

    def __init__(self):
        self.rows = []

    def add(self, what, unit, values, aim="", limit=""):
        self.rows.append({"what": what, "unit": unit, "values": values, "aim": aim, "limit": limit})
        print(f"  {what:<58} {cell(values):>28} {unit}", flush=True)

    def median(self, what):
        found = [row for row in self.rows if row["what"] == what]
        return spread(found[0]["values"])[0] if found else None

    def text(self):
        lines = ["| | measured | | aim | the machine's limit in this run |", "|---|---|---|---|---|"]
        lines += [f"| {row['what']} | {cell(row['values'])} | {row['unit']} | {row['aim']} | {row['limit']} |"
                  for row in self.rows]
        return "\n".join(lines)


def commits_a_second(folder, rows, seconds):
    """Transactions of so many rows of 200 bytes, each durable, that SQLite alone commits."""
    path = folder / "commit-probe.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT")
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO t (body) VALUES (?)", (("x" * 200,) for _ in range(rows)))
            database.execute("COMMIT")
            count += 1
        rate = count / (time.perf_counter() - begin)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    return rate


class Whole:
    def __init__(self, options):
        self.options = options
        self.table = Table()
        self.details = {}
        self.verified = None
        self.stub = Stub()

    def close(self):
        self.stub.close()

    def latchkey(self, calls=100):
        return Latchkey(self.stub, calls)

    def runs(self, measure):
        done = []
        for _ in range(self.options.runs):
            self.calm()
            done.append(measure())
        return done

    def calm(self):
        """Waits, as long as the options say, for a second in which nobody else needs the machine much."""
        deadline = time.monotonic() + self.options.calm
        while time.monotonic() < deadline:
            before = machine_busy()
            time.sleep(1)
            if machine_busy() - before < CALM_CORES:
                return

    def limit(self, what, unit):
        value = self.table.median(what)
        return "" if value is None else f"{shown(value)} {unit}: {what}"

    def keep(self, what, runs):
        """The counters behind a figure; the table has only what has an aim."""
        self.details[what] = runs
        names = ("cpu_per_1000", "cores", "others_cores", "memory", "turns_per_1000", "commits_per_1000",
                 "flushes_per_1000", "kib_per_job", "writes_per_job", "switches_per_job", "in_flight_most", "repeated", "ready_after")
        told = {name: cell([run[name] for run in runs]) for name in names if runs[0].get(name) is not None}
        print("      " + ", ".join(f"{name} {value}" for name, value in told.items()), flush=True)

    # --- what the machine allows

    def limits(self):
        seconds = self.options.seconds / 2
        with tempfile.TemporaryDirectory(prefix="latchkey-bench-") as name:
            folder = Path(name)
            self.table.add("one page appended, fdatasync, p50", "us", self.runs(lambda: raw_sync(folder)[0]))
            self.table.add("one page overwritten, fdatasync, p50", "us",
                           self.runs(lambda: raw_sync(folder, over=True)[0]))
            self.table.add("one page overwritten after a rest, fdatasync, p50", "us",
                           self.runs(lambda: raw_sync(folder, 100, over=True, rested=True)[0]))
            for rows in (1, 64, 1000):
                self.table.add(f"SQLite alone, FULL, commits of {rows:,}", "commits/s",
                               self.runs(lambda count=rows: commits_a_second(folder, count, seconds)))
        for latency, clients in ((0, 1), (0, 8), (0, 100), (50, 100)):
            self.stub.reset(latency)
            self.table.add(f"wrk alone on the stub, {latency} ms, {clients} connections", "/s",
                           self.runs(lambda many=clients: wrk("sends.lua", self.stub.url, many, self.options.seconds,
                                                              "")["rate"]))

    # --- in

    def enqueue(self):
        aims = {1: "4,000", 8: "15,000"}
        for clients, aim in aims.items():
            trips, rates = [], []
            for run in range(self.options.runs):
                self.calm()
                with self.latchkey() as latchkey:
                    latchkey.start()
                    latchkey.pause()
                    url = f"http://{latchkey.api}"
                    trips.append(wrk("get.lua", url + "/healthz", clients, max(1, self.options.seconds // 2), "")["rate"])
                    before = latchkey.usage()
                    done = wrk("jobs.lua", url, clients, self.options.seconds, latchkey.token, f"r{run}")
                    after = latchkey.usage()
                    stored = latchkey.count("state = 'queued'")
                    # wrk drops what is under way when its time is over; that may be stored, and is not counted.
                    if done["failed"] or not 0 <= stored - done["requests"] <= clients:
                        raise SystemExit(f"{done['failed']} of {done['requests']} failed, {stored} are stored")
                    done["cpu_per_1000"] = (after["cpu"] - before["cpu"]) / stored * 1000
                    for name in ("turns", "commits", "flushes"):
                        if after[name] is not None:
                            done[f"{name}_per_1000"] = (after[name] - before[name]) / stored * 1000
                    rates.append(done)
            self.table.add(f"GET /healthz, {clients} keep-alive", "/s", trips)
            limit = self.limit("SQLite alone, FULL, commits of 1", "/s")
            self.table.add(f"enqueue over HTTP, {clients} keep-alive", "jobs/s", [one["rate"] for one in rates], aim,
                           limit)
            self.table.add(f"enqueue over HTTP, {clients} keep-alive, p99", "ms", [one["p99"] / 1000 for one in rates])
            self.keep(f"enqueue {clients}", rates)

    def bulk(self):
        rows = self.options.rows

        def once():
            with self.latchkey() as latchkey:
                latchkey.start()
                latchkey.pause()
                done = latchkey.send_file(rows)
                if latchkey.count("state = 'queued'") != rows:
                    raise SystemExit("not all rows were stored")
                return {"rate": rows / done["seconds"], "cpu_per_1000": done["cpu"] / rows * 1000,
                        "memory": done["memory"], "ready_after": done["ready"]}

        runs = self.runs(once)
        values = [run["rate"] for run in runs]
        self.table.add(f"send --file, {rows:,} rows", "jobs/s", values, "60,000",
                       self.limit("SQLite alone, FULL, commits of 1,000", "x 1,000 rows/s"))
        self.keep("bulk", runs)

    # --- out

    def drain(self):
        jobs = self.options.jobs
        for latency, aim, cpu_aim in ((0, "16,000", "0.08"), (50, "1,920", "")):
            runs = []
            for _ in range(self.options.runs):
                with self.latchkey() as latchkey:
                    latchkey.start()
                    latchkey.pause()
                    latchkey.send_file(jobs)
                    self.calm()
                    runs.append(drain(latchkey, self.stub, jobs, latency))
                    if latchkey.count("state = 'done'") != jobs or runs[-1]["repeated"]:
                        raise SystemExit("not every job was sent once")
                    if not self.verified:
                        self.verified = command(latchkey.project.config, "audit", "verify")["out"].strip()
            name = f"drain of {jobs:,}, {latency} ms"
            self.table.add(name, "jobs/s", [run["rate"] for run in runs], aim,
                           self.limit(f"wrk alone on the stub, {latency} ms, 100 connections", "/s"))
            self.table.add(f"{name}, CPU of the daemon", "s/1,000", [run["cpu_per_1000"] for run in runs], cpu_aim)
            self.table.add(f"{name}, cores", "", [run["cores"] for run in runs], "0.5" if latency else "")
            self.keep(name, runs)

    def pickup(self):
        runs, trips = [], []
        for _ in range(self.options.runs):
            self.calm()
            with self.latchkey() as latchkey:
                latchkey.start()
                trips.append(percentile(sorted(rested_trips(latchkey, self.options.pickups)), 0.5))
                before = latchkey.usage()
                delays = sorted(pick_up(latchkey, self.stub, self.options.pickups))
                after = latchkey.usage()
                per_job = {name: (after[name] - before[name]) / self.options.pickups
                           for name in ("turns", "commits", "flushes", "switches") if after[name] is not None}
                runs.append({"p50": percentile(delays, 0.5), "p99": percentile(delays, 0.99), **per_job})
        trip = "GET /healthz after a rest, p50"
        self.table.add(trip, "ms", trips)
        sync = self.limit("one page overwritten after a rest, fdatasync, p50", "us")  # the job and its intent are one
        self.table.add("idle pick-up, enqueue to POST, p50", "ms", [run["p50"] for run in runs], "0.5",
                       " + ".join(filter(None, [self.limit(trip, "ms"), sync])))
        self.table.add("idle pick-up, enqueue to POST, p99", "ms", [run["p99"] for run in runs], "1.5")
        self.details["pickup"] = runs
        told = {name: cell([run[name] for run in runs]) for name in per_job}
        print("      a job: " + ", ".join(f"{name} {value}" for name, value in told.items()), flush=True)

    def backlog(self):
        """The same window of a short queue and of long ones, one window after another of each."""
        for queued in self.options.backlogs:
            window = min(WINDOW, queued if queued <= 1000 else queued // 4)
            runs = []
            with self.latchkey() as latchkey:
                latchkey.start()
                latchkey.pause()
                left = 0
                for _ in range(self.options.runs):
                    if left < window or queued <= 1000:
                        left += latchkey.send_file(queued) and queued
                    self.calm()
                    runs.append(drain(latchkey, self.stub, queued, window=window))
                    left = latchkey.count("state = 'queued'")
            self.table.add(f"drain rate with {queued:,} queued", "jobs/s", [run["rate"] for run in runs],
                           "the same within 10 %")
            largest = queued == max(self.options.backlogs)
            if largest:
                self.table.add(f"peak memory of the daemon, {queued:,} queued", "MB", [max(run["memory"] for run in runs)],
                               "64, with a million" if queued < 1_000_000 else "64")
            self.keep(f"backlog {queued}", runs)

    def history(self):
        """A drain with a long ledger behind it."""
        with self.latchkey() as latchkey:
            self.fill_ledger(latchkey, self.options.history)
            latchkey.start()
            latchkey.pause()
            runs = []
            for _ in range(self.options.runs):
                latchkey.send_file(self.options.jobs)
                self.calm()
                runs.append(drain(latchkey, self.stub, self.options.jobs))
        name = f"drain of {self.options.jobs:,}, {self.options.history:,} entries behind it"
        self.table.add(name, "jobs/s", [run["rate"] for run in runs], "the same within 10 %")
        self.keep(name, runs)

    def verify(self):
        with self.latchkey() as latchkey:
            self.fill_ledger(latchkey, self.options.entries)
            latchkey.start()  # the first checkpoint
            latchkey.stop()
            runs = self.runs(lambda: command(latchkey.project.config, "audit", "verify"))
        name = f"audit verify, {self.options.entries:,} entries"
        self.table.add(name, "s", [run["seconds"] for run in runs], "2" if self.options.entries == 1_000_000 else "")
        self.table.add(f"{name}, memory", "MB", [run["memory"] for run in runs])

    @staticmethod
    def fill_ledger(latchkey, entries):
        subprocess.run([BIN / "ledger_fill", "--config", latchkey.project.config, "--entries", str(entries)], check=True,
                       stdout=subprocess.DEVNULL)
        made = latchkey.project.json("token", "add", "bench", "--scopes", "admin")  # the database is another one now
        latchkey.token = made.json["token"]

    def run(self):
        where, what = machine(Path(tempfile.gettempdir())), versions()
        for name, value in {**where, **what, "load": load()}.items():
            print(f"  {name:<10} {value}")
        print(flush=True)
        begin = load()
        for part in PARTS:
            if part in self.options.only:
                getattr(self, part)()
        print("\n" + self.table.text())
        others = [run["others_cores"] for runs in self.details.values() for run in runs if "others_cores" in run]
        if others:
            print(f"\nWhile jobs went out, others took {cell(others)} of the machine's {where['cores']} cores.")
        return {"bench": "whole", "at": now(), "machine": where, "versions": what, "load": [begin, load()],
                "runs": self.options.runs, "figures": self.table.rows, "details": self.details,
                "verified": self.verified}


def read_options():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--only", default=",".join(PARTS), help="parts, with commas between: " + ", ".join(PARTS))
    words.add_argument("--runs", type=int, default=3, help="of each figure")
    words.add_argument("--seconds", type=int, default=4, help="how long a rate over HTTP is measured")
    words.add_argument("--jobs", type=int, default=20_000, help="jobs of a drain")
    words.add_argument("--rows", type=int, default=100_000, help="rows of the file that is sent")
    words.add_argument("--pickups", type=int, default=200, help="jobs that are picked up one by one")
    words.add_argument("--backlog", type=int, default=100_000, help="jobs in the longest queue")
    words.add_argument("--history", type=int, default=0, help="entries of a ledger behind a drain; 0: no such drain")
    words.add_argument("--entries", type=int, default=1_000_000, help="entries that are verified")
    words.add_argument("--full", action="store_true", help="a queue of 1,000,000 and 10,000,000 entries: takes an hour")
    words.add_argument("--quick", action="store_true", help="one short run of each, to see that it works")
    words.add_argument("--calm", type=int, default=0,
                       help="before each run wait so many seconds at most until others leave the machine alone")
    words.add_argument("--append", type=Path, help="add the figures to this file as one line of JSON")
    options = words.parse_args()
    if options.full:
        options.backlog, options.history = 1_000_000, 10_000_000
    if options.quick:
        options.runs, options.seconds, options.jobs, options.rows = 1, 2, 5_000, 20_000
        options.pickups, options.backlog, options.entries = 30, 10_000, 20_000
    options.backlogs = sorted({1_000, min(100_000, options.backlog), options.backlog})
    options.only = set(options.only.split(","))
    if options.only - set(PARTS):
        words.error(f"no such part: {', '.join(options.only - set(PARTS))}")
    if not options.history:
        options.only.discard("history")
    return options


def main():
    options = read_options()
    os.environ["LC_ALL"] = "C.UTF-8"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever stops this stops what it has started
    whole = Whole(options)
    try:
        result = whole.run()
    finally:
        whole.close()
    if options.append:
        with options.append.open("a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
