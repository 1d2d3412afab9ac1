#!/usr/bin/env python3
"""Counts test cases in the JUnit files of ctest: tally.py FILE... prints who failed and "N passed, M failed"."""

import re
import sys
import xml.etree.ElementTree as ElementTree


def count(test):
    """(passed, failed) of one program. One that does not say how many cases it has is one case."""
    output = test.findtext("system-out", "")
    passed, failed = 1, 0
    if cases := re.search(r"(\d+) test cases? out of (\d+) passed", output):
        passed = int(cases[1])
        # Where a program runs a part of its cases the others are "skipped".
        skipped = sum(int(number) for number in re.findall(r"(\d+) test cases? out of \d+ skipped", output))
        failed = int(cases[2]) - passed - skipped
    elif cases := re.search(r"^Ran (\d+) tests? in", output, re.M):
        failed = sum(int(number) for number in re.findall(r"(?:failures|errors)=(\d+)", output))
        skipped = sum(int(number) for number in re.findall(r"skipped=(\d+)", output))
        passed = int(cases[1]) - failed - skipped
    if test.get("status") != "run" and failed == 0:
        return passed - 1, 1  # it crashed, hung, leaked, or could not be started
    return passed, failed


def main(files):
    totals = [0, 0]
    for file in files:
        for test in ElementTree.parse(file).getroot().iter("testcase"):
            passed, failed = count(test)
            totals = [totals[0] + passed, totals[1] + failed]
            if failed:
                print(f"failed: {test.get('name')} ({file.rpartition('/')[2].removesuffix('.xml')})")
    print(f"{totals[0]} passed, {totals[1]} failed")
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
