"""A disk that is full, and one that cannot keep what was written: nothing goes out whose result could not be recorded."""

import os
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import main
from live import LiveTest, wait_until

SMALL_DISK = "size=24m"


class FullDisk(LiveTest):
    def setUp(self):
        super().setUp()
        self.data = self.project.folder / "data"
        aside = self.project.root / "aside"
        shutil.move(self.data, aside)
        self.data.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", SMALL_DISK, "tmpfs", self.data], check=False,
                                 capture_output=True)
        if mounted.returncode != 0:
            raise unittest.SkipTest("only who may mount a small disk can fill it")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.data], check=True)
        shutil.copytree(aside, self.data, dirs_exist_ok=True)

    def fill_disk(self):
        with open(self.data / "ballast", "wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass

    def test_results_in_hand_are_written_and_nothing_more_is_sent_until_there_is_room(self):
        daemon = self.start()
        self.assertEqual((self.data / "reserve").stat().st_blocks * 512, 8 << 20)
        self.sandbox.order("hang", count=3)
        for number in range(3):
            self.send(f"under-way-{number}")
        wait_until(lambda: self.sandbox.hanging() == 3, "three calls are under way")
        self.fill_disk()
        self.sandbox.release()
        for number in range(3):
            self.wait_for_state(f"under-way-{number}", "done")
        daemon.wait_for_log("no request is stored and no job taken until there is room again")
        self.assertFalse((self.data / "reserve").exists() and (self.data / "reserve").stat().st_size)

        self.send("waits")
        daemon.signal(0)
        self.assertEqual(self.state("waits"), "queued")
        self.assertEqual(self.sandbox.sends(), 3)

        (self.data / "ballast").unlink()
        self.wait_for_state("waits", "done")
        daemon.wait_for_log("there is room on the disk again")
        self.assertEqual(self.sandbox.sends(), 4)
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual([entry["type"] for entry in self.project.entries()].count("attempt.intent"), 4)


class FailingSync(LiveTest):
    def test_a_disk_that_cannot_keep_what_was_written_ends_the_daemon(self):
        library = self.project.root / "failing_sync.so"
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", library,
                        Path(__file__).with_name("failing_sync.c"), "-ldl"], check=True)
        sign = self.project.root / "disk-is-broken"
        sanitizer = ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
        daemon = self.start(env={"LD_PRELOAD": str(library), "FAILING_SYNC_SIGN": str(sign), "ASAN_OPTIONS": sanitizer})
        sign.touch()
        self.send("first")
        self.assertEqual(daemon.wait(), 4)
        self.assertIn("could not make durable", daemon.log())
        self.assertEqual(self.sandbox.sends(), 0)

        sign.unlink()
        self.start()
        # What the disk was told may be there or not. If the intent is, the next daemon cannot know that no call followed.
        wait_until(lambda: self.state("first") in ("held", "done"), "it was dealt with")
        self.assertEqual(self.sandbox.sends(), 1 if self.state("first") == "done" else 0)


if __name__ == "__main__":
    main()
