#!/usr/bin/env python3
"""How many requests a second the API takes, and how long a link takes, beside what the machine itself needs.

scripts/bench runs it. Every answer that is counted is durable: the daemon answers after its commit, with
synchronous=FULL. Figures of one run belong together; machines that others use are noisy.
"""

import argparse
import json
from pathlib import Path

from common import first_line, load, machine, now, raw_sync, versions, wrk

from harness import Project
from live import Daemon, Sandbox
from nginx import SYSTEM_PATH, UNLIMITED, Nginx

CLIENTS = (1, 8, 64)


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
        self.nginx = Nginx(self.daemon.api, replaced=UNLIMITED)
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
        where = machine(self.project.folder / "data")
        what = {**versions(), "nginx": first_line("env", f"PATH={SYSTEM_PATH}", "nginx", "-v").rpartition("/")[2]}
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
        return {"bench": "api", "at": now(), "machine": where,
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
