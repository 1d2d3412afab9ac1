#!/usr/bin/env python3
"""How fast batches are planned and stored, what that takes of memory, and what a preview and 10,000 schedules cost.

scripts/bench batches runs it. Figures of one run belong together; machines that others use are noisy.
"""

import argparse
import json
import os
import platform
from pathlib import Path

from common import command, now

from harness import Project


def ask(project, *words):
    """Seconds, peak memory in MB and standard output of one command."""
    done = command(project.config, "--json", *words, codes=(0, 1))
    return done["seconds"], done["memory"], done["out"]


def definition(project, name, rows, extra=""):
    folder = project.root / "jobs"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{name}.csv", "w", encoding="utf-8") as file:
        file.write("email\n")
        file.writelines(f"{name}{i}@example.com\n" for i in range(rows))
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\nprovider = "mayar"\n{extra}\n[recipients]\nfile = "{name}.csv"\n', "utf-8")
    return path


def measure(project, rows, figures):
    """A batch of so many rows: previewed, submitted, and cancelled before anything of it is sent."""
    name = f"n{rows}"
    path = definition(project, name, rows)
    for verb in ("preview", "submit", "cancel"):
        words = [path]
        if verb == "cancel":
            listed = ask(project, "batch", "list", "--definition", name)[2].splitlines()
            words = [json.loads(listed[0])["batch"], "--reason", "measuring"]
        seconds, memory, _ = ask(project, "batch", verb, *words)
        figures[f"{verb} {rows}"] = [seconds, memory]
        print(f"  batch {verb:8} {rows:>9,} rows {seconds:8.2f} s {rows / seconds:>9,.0f} rows/s {memory:6.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="rows of the largest batch")
    parser.add_argument("--append", type=Path, help="append the figures to this file, as one JSON line")
    options = parser.parse_args()
    figures = {"machine": platform.platform(), "cpus": os.cpu_count(), "time": now()}
    project = Project()
    try:
        project.set("providers.mayar", "rate", '"20/min"')
        for rows in (1_000, 100_000, 1_000_000):
            if rows <= options.most:
                measure(project, rows, figures)
        jobs = project.one("SELECT count(*) FROM jobs")
        for words in (["--state", "cancelled"], ["--state", "failed", "--code", "timeout"]):
            seconds, memory, _ = ask(project, "jobs", "reprocess", *words)
            print(f"  jobs reprocess {' '.join(words)}, over {jobs:,} jobs: {seconds:.2f} s {memory:.0f} MB", flush=True)
            figures["reprocess " + " ".join(words)] = [jobs, seconds, memory]
    finally:
        project.close()
    if options.append:
        with options.append.open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
