#!/usr/bin/env python3
"""How fast batches are planned and stored, what that takes of memory, and what a preview of reprocessing costs.

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
    """Seconds, seconds of CPU, peak memory in MB and standard output of one command."""
    done = command(project.config, "--json", *words, codes=(0, 1))
    return done["seconds"], done["cpu"], done["memory"], done["out"]


def batch_of(project, name):
    return json.loads(ask(project, "batch", "list", "--definition", name, "--limit", "1")[-1])["batch"]


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
            words = [batch_of(project, name), "--reason", "measuring"]
        seconds, _, memory, _ = ask(project, "batch", verb, *words)
        figures[f"{verb} {rows}"] = [seconds, memory]
        print(f"  batch {verb:8} {rows:>9,} rows {seconds:8.2f} s {rows / seconds:>9,.0f} rows/s {memory:6.0f} MB", flush=True)


def measure_reprocessing(project, figures):
    """Previews over all the jobs there are: of few, of as many as one execution takes, of none, and of all."""
    jobs = project.one("SELECT count(*) FROM jobs")
    questions = {"1,000 by their batch": ["--batch", batch_of(project, "n1000")],
                 "1,000 by their definition": ["--definition", "n1000"],
                 "one recipient": ["--recipient", "n10005@example.com"],
                 "50,000 by their batch": ["--batch", batch_of(project, "n50000")],
                 "none, all are looked at": ["--state", "cancelled", "--code", "timeout"],
                 "all of them": ["--state", "cancelled"]}
    for what, words in questions.items():
        seconds, cpu, memory, out = ask(project, "jobs", "reprocess", *words)
        selected = json.loads(out)["jobs"]
        figures[f"reprocess {what}"] = [jobs, selected, seconds, cpu, memory]
        print(f"  reprocess {what:26} {selected:>9,} of {jobs:,} jobs {seconds:8.2f} s {cpu:8.2f} s CPU {memory:4.0f} MB",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="rows of the largest batch")
    parser.add_argument("--append", type=Path, help="append the figures to this file, as one JSON line")
    options = parser.parse_args()
    figures = {"machine": platform.platform(), "cpus": os.cpu_count(), "time": now()}
    project = Project()
    try:
        project.set("providers.mayar", "rate", '"20/min"')
        for rows in (1_000, 50_000, 100_000, 1_000_000):
            if rows <= options.most:
                measure(project, rows, figures)
        if options.most >= 50_000:
            measure_reprocessing(project, figures)
    finally:
        project.close()
    if options.append:
        with options.append.open("a", encoding="utf-8") as file:
            file.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
