"""What the bench programs share: where they measure, with what, how wrk is run, and how a row of figures is read."""

import os
import platform
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
os.environ.setdefault("LATCHKEY_BIN", str(BIN / "latchkey"))
os.environ.setdefault("LATCHKEY_SANDBOX_BIN", str(BIN / "latchkey-sandbox"))
sys.path.insert(0, str(ROOT / "tests/functional"))


def percentile(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def spread(values):
    """(median, smallest, largest)."""
    return statistics.median(values), min(values), max(values)


def rest(dice):
    """10 to 40 ms, at no fixed distance: what an idle daemon has behind it when a job comes."""
    time.sleep(0.01 + dice.random() * 0.03)


def raw_sync(folder, count=300, over=False, rested=False):
    """p50 and p99 in microseconds of writing one page and making it durable: to the end of a file, or over what is
    there already; one after the other, or each after a rest."""
    times, dice = [], random.Random(1)
    file = os.open(folder / "sync-probe", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if over:
            os.write(file, bytes(4096 * count))
            os.fsync(file)
        for page in range(count):
            if rested:
                rest(dice)
            begin = time.perf_counter()
            os.pwrite(file, b"x" * 4096, page * 4096)
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
    return {"rate": requests / (micros / 1e6), "p50": p50, "p99": p99, "failed": failed, "requests": requests}


def command(config, *words, codes=(0,)):
    """Seconds, processor seconds and peak memory in MB of a command of Latchkey's, and what it said."""
    line = [os.environ["LATCHKEY_BIN"], "--config", str(config), *map(str, words)]
    begin = time.perf_counter()
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(line)}: exit {process.returncode}")
    return {"seconds": time.perf_counter() - begin, "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss / 1024, "out": out.decode()}


def first_line(*words):
    """What a program says of itself; empty where there is none."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
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
    return {"latchkey": first_line(os.environ["LATCHKEY_BIN"], "version"),
            "sqlite": first_line("dpkg-query", "-W", "-f", "${Version}", "libsqlite3-0"),
            "commit": first_line("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
            "wrk": first_line("wrk", "-v").partition(" Copyright")[0]}


def load():
    return round(os.getloadavg()[0], 2)


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
