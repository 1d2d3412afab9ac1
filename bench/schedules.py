#!/usr/bin/env python3
"""What 10,000 armed schedules cost: a pass of the scheduler, the daemon while nothing is due, and whoever asks about them.

scripts/bench schedules runs it. Figures of one run belong together; machines that others use are noisy.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
os.environ.setdefault("LATCHKEY_BIN", str(BIN / "latchkey"))
os.environ.setdefault("LATCHKEY_SANDBOX_BIN", str(BIN / "latchkey-sandbox"))
sys.path.insert(0, str(ROOT / "tests/functional"))

from api import exchange, head  # noqa: E402
from harness import Project  # noqa: E402
from live import Daemon  # noqa: E402

SETTLE_SECONDS = 70  # by then the scheduler has looked at every file once
WATCHED_SECONDS = 60
STRACED_SECONDS = 20


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def syscalls_a_second(pid):
    """None where strace is missing or may not look."""
    try:
        done = subprocess.run(["timeout", str(STRACED_SECONDS), "strace", "-f", "-c", "-p", str(pid)],
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    total = re.search(r"^100\.00\s+\S+\s+\S+\s+(\d+).*total$", done.stderr, re.MULTILINE)
    return int(total.group(1)) / STRACED_SECONDS if total else None


def command(project, *words):
    begin = time.perf_counter()
    project.run("--json", *words)
    return time.perf_counter() - begin


def measure(definitions, figures):
    project = Project()
    try:
        project.set("api", "listen", '"127.0.0.1:0"')
        project.set("api", "health_listen", '"127.0.0.1:0"')
        print(f"{definitions:,} schedules", flush=True)
        if definitions:
            subprocess.run([BIN / "schedules", "--config", project.config, "--jobs", project.root / "jobs",
                            "--definitions", str(definitions), "--folders", "0", "--fire", "60"], check=True)
        for words in (("schedule", "list"), ("doctor",)):
            figures[" ".join(words)] = command(project, *words)
            print(f"  {' '.join(words)}: {figures[' '.join(words)]:.2f} s", flush=True)
        daemon = Daemon(project)
        try:
            begin = time.perf_counter()
            exchange(daemon.health, head("GET", "/readyz"))
            figures["readyz"] = time.perf_counter() - begin
            print(f"  /readyz, the first: {1000 * figures['readyz']:.1f} ms", flush=True)
            time.sleep(SETTLE_SECONDS)
            before = cpu_seconds(daemon.pid)
            time.sleep(WATCHED_SECONDS)
            figures["cpu"] = (cpu_seconds(daemon.pid) - before) / WATCHED_SECONDS
            figures["syscalls"] = syscalls_a_second(daemon.pid)
            print(f"  the idle daemon: {1000 * figures['cpu']:.1f} ms of CPU and {figures['syscalls']} syscalls a second", flush=True)
        finally:
            daemon.close()
    finally:
        project.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--definitions", type=int, default=10_000)
    parser.add_argument("--append", type=Path, help="append the figures to this file, as one JSON line")
    options = parser.parse_args()
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    figures = {"machine": platform.platform(), "cpus": os.cpu_count(), "time": now}
    subprocess.run([ROOT / "scripts/build", "release", "schedules"], check=True, stdout=subprocess.DEVNULL)
    for definitions in (0, options.definitions):
        measure(definitions, figures.setdefault(str(definitions), {}))
    if options.append:
        with options.append.open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
