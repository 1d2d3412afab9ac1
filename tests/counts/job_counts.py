#!/usr/bin/env python3
"""What a job costs, counted: a change that makes it dearer is seen here, on any machine and beside any other work.

Instructions and allocations by callgrind, commits and pages by SQLite, all of the engine's thread: what callers, workers
and the network cost is in bench/. A bound is near what was counted when it was last set; set it anew, lower or higher, with
the change that moves it, and say why in that commit. Counts differ a little between processors and libraries.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

# Each a job: instructions, allocations, pages written; and commits for 1,000 jobs.
BOUNDS = {
    "enqueue": {"instructions": 190_000, "allocations": 830, "pages": 3.5, "commits": 130},
    "drain": {"instructions": 190_000, "allocations": 760, "pages": 0.5, "commits": 23},
    "bulk": {"instructions": 150_000, "allocations": 790, "pages": 0.45},
    "subjects": {"instructions": 1_450},  # of `audit verify`
}
PROGRAM = os.environ["LATCHKEY_COUNT_JOBS_BIN"]


def profile(part, folder):
    """Instructions, and calls of the functions that allocate, within `counted`."""
    out = Path(folder) / part
    subprocess.run(["valgrind", "-q", "--tool=callgrind", "--toggle-collect=counted", f"--callgrind-out-file={out}",
                    PROGRAM, part], check=True, capture_output=True)
    text = out.read_text(errors="replace")
    names = dict(re.findall(r"^c?fn=\((\d+)\) (\S+)", text, re.M))
    allocations = sum(int(calls) for number, calls in re.findall(r"^cfn=\((\d+)\).*\ncalls=(\d+) ", text, re.M)
                      if names.get(number) in ("malloc", "calloc", "realloc"))
    return int(re.search(r"^(?:summary|totals): (\d+)", text, re.M)[1]), allocations


class JobCounts(unittest.TestCase):
    def check(self, part):
        done = subprocess.run([PROGRAM, part], check=True, capture_output=True, text=True)
        counts = json.loads(done.stdout)
        jobs = counts["jobs"]
        with tempfile.TemporaryDirectory() as folder:
            instructions, allocations = profile(part, folder)
        found = {"instructions": instructions / jobs, "allocations": allocations / jobs,
                 "pages": counts["pages"] / jobs, "commits": counts["commits"] * 1000 / jobs}
        print(f"{part}: " + ", ".join(f"{value:,.2f} {what}" for what, value in found.items()))
        for what, bound in BOUNDS[part].items():
            with self.subTest(part=part, what=what):
                self.assertLessEqual(found[what], bound, "a job costs more than it did")
                # A bound that is far off guards nothing.
                self.assertGreater(found[what], bound * 0.75, "a job costs less than it did: lower the bound")

    def test_enqueue(self):
        self.check("enqueue")

    def test_drain(self):
        self.check("drain")

    def test_bulk(self):
        self.check("bulk")

    def test_subjects(self):
        self.check("subjects")


if __name__ == "__main__":
    unittest.main(verbosity=2)
