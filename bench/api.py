#!/usr/bin/env python3
"""How many requests a second the API takes, and how long a link takes, beside what the machine itself needs.

scripts/bench runs it. Every answer that is counted is durable: the daemon answers after its commit, with
synchronous=FULL. Figures of one run belong together; machines that others use are noisy.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
os.environ.setdefault("LATCHKEY_BIN", str(BIN / "latchkey"))
os.environ.setdefault("LATCHKEY_SANDBOX_BIN", str(BIN / "latchkey-sandbox"))
sys.path.insert(0, str(ROOT / "tests/functional"))

from harness import Project  # noqa: E402
from live import Daemon, Sandbox  # noqa: E402
from nginx import SYSTEM_PATH, Nginx  # noqa: E402

SYNCS = 300
CLIENTS = (1, 8, 64)


def percentile(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def raw_sync(folder):
    """p50 and p99 in microseconds of writing one page to the end of a file and making it durable."""
    times = []
    file = os.open(folder / "sync-probe", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(SYNCS):
            begin = time.perf_counter()
            os.write(file, bytes(4096))
            os.fdatasync(file)
            times.append((time.perf_counter() - begin) * 1e6)
    finally:
        os.close(file)
        os.unlink(folder / "sync-probe")
    times.sort()
    return percentile(times, 0.5), percentile(times, 0.99)


def wrk(script, url, clients, seconds, token, *words):
    """What wrk measured: requests a second, p50 and p99 in microseconds, and failed requests."""
    done = subprocess.run(
        ["wrk", "-t", str(min(clients, 2)), "-c", str(clients), "-d", f"{seconds}s", "--timeout", "30s", "-s",
         str(ROOT / "bench/wrk" / script), url, "--", *words],
        capture_output=True, text=True, check=True, env={**os.environ, "LATCHKEY_TOKEN": token})
    line = next(line for line in done.stdout.splitlines() if line.startswith("LATCHKEY "))
    requests, micros, p50, p99, failed = map(int, line.split()[1:])
    return {"rate": requests / (micros / 1e6), "p50": p50, "p99": p99, "failed": failed}


def first_line(*command):
    """What a program says of itself; empty where there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return (done.stdout + done.stderr).strip().partition("\n")[0]


def machine(folder):
    """Where a figure was measured."""
    cpu = next((line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(),
            "files": first_line("findmnt", "-no", "FSTYPE,OPTIONS", "-T", str(folder))}


def versions():
    """Of what it was measured with."""
    sqlite = first_line("dpkg-query", "-W", "-f", "${Version}", "libsqlite3-0")
    return {"latchkey": first_line(os.environ["LATCHKEY_BIN"], "version"), "sqlite": sqlite,
            "commit": first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
            "nginx": first_line("env", f"PATH={SYSTEM_PATH}", "nginx", "-v").rpartition("/")[2],
            "wrk": first_line("wrk", "-v").partition(" Copyright")[0]}


def load():
    return round(os.getloadavg()[0], 2)


class Bench:
    def __init__(self, seconds):
        self.seconds = seconds
        self.project = Project()
        self.sandbox = Sandbox(self.project.root / "sandbox.err", "--quiet")
        for provider in ("mayar", "nomos"):
            self.project.set(f"providers.{provider}", "base_url", json.dumps(self.sandbox.url))
            self.project.set(f"providers.{provider}", "rate", '"unlimited"')
        self.project.set("engine", "workers", 128)  # one provider has three quarters of them
        self.project.set("api", "listen", '"127.0.0.1:0"')
        self.project.set("api", "health_listen", '"127.0.0.1:0"')
        self.project.set("api", "threads", 160)
        self.daemon = Daemon(self.project)
        self.nginx = Nginx(self.daemon.api, limited=False)
        self.token = self.project.made["token"]
        self.runs = 0
        self.figures = []

    def close(self):
        self.nginx.close()
        self.daemon.close()
        self.sandbox.close()
        self.project.close()

    def add(self, what, clients, figure):
        self.figures.append({"what": what, "clients": clients, **figure})
        rate = f"{figure['rate']:>9,.0f}/s" if "rate" in figure else " " * 11
        failed = f"   {figure['failed']} failed" if figure.get("failed") else ""
        print(f"  {what:<44}{clients:>4}{rate}   p50 {figure['p50'] / 1000:>7.2f} ms   p99 "
              f"{figure['p99'] / 1000:>7.2f} ms{failed}", flush=True)

    def measure(self, what, script, url):
        for clients in CLIENTS:
            self.runs += 1
            self.add(what, clients, wrk(script, url, clients, self.seconds, self.token, f"r{self.runs}"))

    def floor(self, url):
        """What the machine needs for one durable answer, whoever gives it: a write that lasts, and a round trip."""
        p50, p99 = raw_sync(self.project.folder / "data")
        self.add("one page written, fdatasync", 1, {"p50": p50, "p99": p99})
        trip = wrk("get.lua", f"{url}/healthz", 1, self.seconds, "")
        self.add("GET /healthz, one round trip", 1, trip)
        self.add("both together", 1, {"p50": p50 + trip["p50"], "p99": p99 + trip["p99"]})

    def run(self):
        direct, front = f"http://{self.daemon.api}", f"https://127.0.0.1:{self.nginx.port}"
        where, what = machine(self.project.folder / "data"), versions()
        load_before = load()
        for name, value in {**where, **what, "load": load_before}.items():
            print(f"  {name:<10} {value}")
        print("  nginx is that of docs/deploy but for limit_conn and limit_req, which are raised: one address has all")
        print(f"  callers here. Every answer is durable.\n\n  {'':<44}clients", flush=True)
        self.floor(direct)
        self.measure("POST /v1/links, sandbox of 0 ms", "links.lua", direct)
        self.measure("POST /v1/links, through nginx, TLS", "links.lua", front)
        # What is due would be sent meanwhile, and measured with it.
        self.project.json("provider", "pause", "mayar", "--reason", "bench")
        self.measure("POST /v1/jobs", "jobs.lua", direct)
        self.measure("POST /v1/jobs, through nginx, TLS", "jobs.lua", front)
        self.floor(direct)
        stored = self.project.job_count()
        print(f"  {stored:,} jobs stored; stopping, verifying", flush=True)
        self.daemon.stop()
        verified = self.project.run("audit", "verify")
        print("  " + verified.out.strip().splitlines()[-1])
        return {"bench": "api", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": where,
                "versions": what, "load": [load_before, load()], "seconds": self.seconds, "figures": self.figures,
                "jobs": stored, "verified": verified.code == 0}


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seconds", type=int, default=5, help="how long each figure is measured")
    words.add_argument("--append", type=Path, help="add the figures to this file as one line of JSON")
    options = words.parse_args()
    bench = Bench(options.seconds)
    try:
        result = bench.run()
    finally:
        bench.close()
    if options.append:
        with options.append.open("a") as file:
            file.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
