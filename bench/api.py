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
from nginx import Nginx  # noqa: E402

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


class Bench:
    def __init__(self, seconds):
        self.seconds = seconds
        self.project = Project()
        self.sandbox = Sandbox(self.project.root / "sandbox.err", "--quiet")
        for provider in ("mayar", "nomos"):
            self.project.set(f"providers.{provider}", "base_url", json.dumps(self.sandbox.url))
            self.project.set(f"providers.{provider}", "rate", '"unlimited"')
        self.project.set("api", "listen", '"127.0.0.1:0"')
        self.project.set("api", "health_listen", '"127.0.0.1:0"')
        self.project.set("api", "threads", 160)
        self.daemon = Daemon(self.project)
        self.nginx = Nginx(self.daemon.api)
        self.token = self.project.made["token"]
        self.runs = 0
        self.figures = []

    def close(self):
        self.nginx.close()
        self.daemon.close()
        self.sandbox.close()
        self.project.close()

    def add(self, what, figure):
        self.figures.append({"what": what, **figure})
        rate = f"{figure['rate']:>9,.0f}/s" if "rate" in figure else " " * 11
        failed = f"   {figure['failed']} failed" if figure.get("failed") else ""
        print(f"  {what:<58}{rate}   p50 {figure['p50'] / 1000:>7.2f} ms   p99 {figure['p99'] / 1000:>7.2f} ms{failed}",
              flush=True)

    def jobs(self, what, url):
        for clients in CLIENTS:
            self.runs += 1
            figure = wrk("jobs.lua", url, clients, self.seconds, self.token, f"r{self.runs}")
            self.add(f"{what}, {clients} keep-alive client{'s' if clients > 1 else ''}", figure)

    def links(self, what, url):
        self.add(f"{what}, one caller at a time", wrk("links.lua", url, 1, self.seconds, self.token))

    def run(self):
        direct, front = f"http://{self.daemon.api}", f"https://127.0.0.1:{self.nginx.port}"
        p50, p99 = raw_sync(self.project.folder / "data")
        self.add("the machine: write one page and fdatasync", {"p50": p50, "p99": p99})
        self.add("the machine: GET /healthz, one client", wrk("get.lua", f"{direct}/healthz", 1, self.seconds, ""))
        self.links("POST /v1/links, sandbox of 0 ms", direct)
        self.links("the same through nginx with TLS", front)
        # What is due would be sent meanwhile, and measured with it.
        self.project.json("provider", "pause", "mayar", "--reason", "bench")
        self.jobs("POST /v1/jobs", direct)
        self.jobs("the same through nginx with TLS", front)
        stored = self.project.job_count()
        print(f"  {stored:,} jobs stored; stopping, verifying", flush=True)
        self.daemon.stop()
        verified = self.project.run("audit", "verify")
        print("  " + verified.out.strip().splitlines()[-1])
        return {"bench": "api", "cpu": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                "kernel": platform.release(), "seconds": self.seconds, "figures": self.figures, "jobs": stored}


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
