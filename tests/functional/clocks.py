"""A daemon whose clocks a test sets: what a machine that sleeps, or a person with `date`, does to a running program."""

import mmap
import os
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("shifted_clock.c")


class Clocks:
    def __init__(self, folder):
        self._library = folder / "shifted_clock.so"
        self._file = folder / "clock_shifts"
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", self._library, SOURCE, "-ldl"],
                       check=True)
        self._file.write_bytes(bytes(16))
        self._wall = self._boot = 0

    @property
    def env(self):
        """For the daemon."""
        sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        return {"LD_PRELOAD": str(self._library), "SHIFTED_CLOCK_FILE": str(self._file), "ASAN_OPTIONS": sanitizer}

    def set_wall(self, seconds):
        """Somebody sets the wall clock by so much; the boot clock knows nothing of it."""
        self._wall += seconds * 1000
        self._write()

    def sleep(self, seconds):
        """The machine was asleep for so long: wall and boot clock have gone on, the monotonic clock has not."""
        self._boot += seconds * 1000
        self._wall += seconds * 1000
        self._write()

    def _write(self):
        with open(self._file, "r+b") as file, mmap.mmap(file.fileno(), 16) as page:
            page[:] = struct.pack("=qq", self._wall, self._boot)
