"""The processes that bench/whole.py measures: a stub provider, and a daemon with its project, each with its counters."""

import gc
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

from common import BIN, command, rest

from harness import Project

PATIENCE_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.01
TICKS = os.sysconf("SC_CLK_TCK")
MAYAR = "/v1/providers/mayar"


def wait_until(condition, what, seconds=PATIENCE_SECONDS):
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds} s in vain until {what}")
        time.sleep(LOOK_AGAIN_SECONDS)


def call(connection, method, path, body=None, headers=None):
    """One request; the content of its answer, which must be a good one."""
    text = None if body is None else json.dumps(body)
    connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {content!r}")
    return content


class Stub:
    """bench/stub.cpp."""

    def __init__(self):
        self.process = subprocess.Popen([BIN / "stub_provider"], stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def _call(self, method, path):
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
        with closing(connection):
            return json.loads(call(connection, method, path))

    def reset(self, latency_ms=0):
        self._call("POST", f"/control/reset?latency={latency_ms}")

    def counts(self):
        return self._call("GET", "/control/counts")

    def delays(self):
        return self._call("GET", "/control/delays")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def cpu_seconds(pid):
    """Processor time of a process so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_busy():
    """Processor time that all of the machine has spent so far, in seconds."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def flushes(folder):
    """Flush requests that the disk below `folder` has completed, of whatever process; None where nobody counts."""
    device = os.stat(folder).st_dev
    try:
        fields = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text().split()
    except OSError:
        return None
    return int(fields[15]) if len(fields) > 15 else None


def write_rows(path, count, prefix):
    """A CSV file of so many recipients. The stub reads the number out of "uNUMBER.0", and counts what comes twice."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("email\n")
        file.writelines(f"u{prefix + i}.0@example.com\n" for i in range(count))


class Latchkey:
    """A project whose mayar is the stub, without a limit, and its daemon. `calls` may be under way at once."""

    def __init__(self, stub, calls=100):
        self.project = Project()
        self.process = None
        self.rows = 0
        self.project.set("providers.mayar", "base_url", json.dumps(stub.url))
        self.project.set("providers.mayar", "rate", '"unlimited"')
        self.project.set("providers.mayar", "link_lifetime", '"60m"')  # a long queue must not go stale
        self.project.set("engine", "workers", -(-calls * 4 // 3))  # one provider has three quarters of them
        self.project.set("api", "listen", '"127.0.0.1:0"')
        self.project.set("api", "health_listen", '"127.0.0.1:0"')
        self.token = self.project.made["token"]
        self.database = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.database:
            self.database.close()
        self.project.close()

    @property
    def data(self):
        return self.project.folder / "data"

    def start(self):
        """Starts the daemon and waits until it serves."""
        lock = self.data / "latchkey.lock"
        with open(self.project.root / "daemon.err", "ab") as err:
            self.process = subprocess.Popen([os.environ["LATCHKEY_BIN"], "--config", self.project.config, "serve"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err)
        told = wait_until(lambda: self._told(lock), "the daemon is up")
        self.api, self.health = told["api"], told["health"]
        if self.database is None:
            self.database = sqlite3.connect(f"file:{self.data}/latchkey.db?mode=ro", uri=True)

    def _told(self, lock):
        text = lock.read_text() if lock.exists() else ""
        told = dict(line.split(" ", 1) for line in text.splitlines()) if text.endswith("\n") else {}
        if self.process.poll() is not None:
            raise SystemExit((self.project.root / "daemon.err").read_text())
        return told if told.get("pid") == str(self.process.pid) and "health" in told else None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=PATIENCE_SECONDS)

    def ask(self, method, path, body=None):
        with closing(http.client.HTTPConnection(self.api, timeout=PATIENCE_SECONDS)) as connection:
            return call(connection, method, path, body, {"Authorization": f"Bearer {self.token}"})

    def pause(self):
        self.ask("POST", f"{MAYAR}/pause", {"reason": "bench"})
        wait_until(lambda: self.count("state = 'running'") == 0, "no call is under way")

    def resume(self):
        self.ask("POST", f"{MAYAR}/resume", {"reason": "bench"})

    def count(self, where):
        return self.database.execute(f"SELECT count(*) FROM jobs WHERE {where}").fetchone()[0]

    def all_takeable(self):
        # In the words of the indexes, so that a long queue is not read for it.
        return self.count("state = 'queued' AND import <> 0") == 0 and \
            self.count("state = 'queued' AND ready = 0 AND import = 0") == 0

    def send_file(self, count):
        """Queues so many jobs for new recipients by one command; what that came to. The daemon makes the jobs of a large
        file takeable when it is complete, some at each of its turns: `ready` is the time that takes after the command."""
        path = self.project.root / "rows.csv"
        write_rows(path, count, self.rows)
        self.rows += count
        done = command(self.project.config, "send", "--provider", "mayar", "--file", path)
        path.unlink()
        begin = time.perf_counter()
        wait_until(self.all_takeable, "all jobs are takeable", max(PATIENCE_SECONDS, count / 1000))
        return {**done, "ready": time.perf_counter() - begin}

    def metrics(self):
        """The daemon's own counters without labels, by name."""
        with closing(http.client.HTTPConnection(self.health, timeout=PATIENCE_SECONDS)) as connection:
            lines = call(connection, "GET", "/metrics").decode().splitlines()
        return dict(line.split(" ", 1) for line in lines if line and line[0] != "#" and "{" not in line)

    def peak_memory(self):
        """The most that the daemon has had in memory since it started, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def usage(self):
        """Counters whose differences explain a figure."""
        pid = self.process.pid
        io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        told = self.metrics()
        switches = sum(int(line.split()[1]) for task in Path(f"/proc/{pid}/task").iterdir()
                       for line in (task / "status").read_text().splitlines() if "ctxt_switches" in line)
        return {"cpu": cpu_seconds(pid), "machine": machine_busy(), "flushes": flushes(self.data),
                "written": int(io["write_bytes"]), "writes": int(io["syscw"]), "switches": switches,
                "turns": int(float(told["latchkey_turn_seconds_count"])),
                "commits": int(float(told["latchkey_commit_seconds_count"]))}


def drain(latchkey, stub, jobs, latency_ms=0, window=None):
    """Lets jobs that are queued go out and measures that. The clock runs from the call that resumes the provider until
    the queue itself says that nothing is left or, with a window, over so many sends at the stub."""
    stub.reset(latency_ms)
    limit = time.monotonic() + max(PATIENCE_SECONDS, jobs / 100)
    before, stub_before, begin = latchkey.usage(), cpu_seconds(stub.process.pid), time.perf_counter()
    latchkey.resume()
    while (counts := stub.counts())["answered"] < (window or jobs):
        if time.monotonic() > limit:
            raise SystemExit(f"only {counts['answered']} of {window or jobs} jobs went out")
        time.sleep(LOOK_AGAIN_SECONDS)
    if not window:
        wait_until(lambda: latchkey.count("state IN ('queued', 'running')") == 0, "the queue is empty")
    seconds = time.perf_counter() - begin
    after, stub_after, counts = latchkey.usage(), cpu_seconds(stub.process.pid), stub.counts()
    latchkey.pause()
    spent = {name: after[name] - before[name] for name in after if after[name] is not None}
    sent = counts["answered"]
    rate = sent / seconds
    if window:  # how long a call to start takes is no part of a window
        rate = (counts["sends"] - 1) / ((counts["lastNs"] - counts["firstNs"]) / 1e9)
    others = spent["machine"] - spent["cpu"] - (stub_after - stub_before)
    return {"rate": rate, "seconds": seconds, "sent": sent, "repeated": counts["repeated"],
            "in_flight_most": counts["inFlightMost"], "cpu_per_1000": spent["cpu"] / sent * 1000,
            "cores": spent["cpu"] / seconds, "others_cores": others / seconds, "memory": latchkey.peak_memory(),
            "turns_per_1000": spent["turns"] / sent * 1000, "commits_per_1000": spent["commits"] / sent * 1000,
            "flushes_per_1000": spent["flushes"] / sent * 1000 if "flushes" in spent else None,
            "kib_per_job": spent["written"] / sent / 1024, "writes_per_job": spent["writes"] / sent,
            "switches_per_job": spent["switches"] / sent}


def rested_trips(latchkey, count):
    """Round trips of `GET /healthz`, in ms, each after a rest: what a pick-up takes at the least, without a disk."""
    host, _, port = latchkey.api.rpartition(":")
    dice = random.Random(1)
    trips = []
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            rest(dice)
            begin = time.perf_counter()
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answer.read()
            trips.append((time.perf_counter() - begin) * 1e3)
    return trips


def pick_up(latchkey, stub, jobs):
    """Jobs one by one over HTTP to a daemon that has nothing to do; the delays in ms from just before the request to its
    call at the stub. The time travels in the address, and is read when nothing but one write() is left to be done."""
    host, _, port = latchkey.api.rpartition(":")
    head = (f"POST /v1/jobs HTTP/1.1\r\nHost: {latchkey.api}\r\nAuthorization: Bearer {latchkey.token}\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s")
    body = '{"provider":"mayar","email":"u%d.%d@example.com"}'
    dice = random.Random(1)
    warm_up = 5
    latchkey.resume()
    stub.reset()
    gc.disable()
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(jobs + warm_up):
            length = len(body % (number, time.monotonic_ns()))
            connection.sendall((head % (length, body % (number, time.monotonic_ns()))).encode())
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            if answer.status != 201:
                raise SystemExit(f"a job was not stored: {answer.status} {answer.read()!r}")
            answer.read()
            # At no fixed distance from what the daemon does by its clock. Looking comes after, so that it takes no
            # processor from the call itself.
            rest(dice)
            wait_until(lambda sent=number: stub.counts()["sends"] > sent, "the job has gone out")
    gc.enable()
    return [delay / 1e6 for delay in stub.delays()[warm_up:]]
