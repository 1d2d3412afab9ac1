"""What an auditor has: the files that they were given, docs/verify_ledger.py, and nothing of ours."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "docs/verify_ledger.py"


def verify(*words):
    """(exit code, what was said)"""
    done = subprocess.run([sys.executable, "-B", SCRIPT, *map(str, words)], capture_output=True, text=True, timeout=120,
                          check=False)
    return done.returncode, done.stdout + done.stderr


class Auditor:
    """Mixed into a FunctionalTest."""

    def assert_holds(self, *words):
        code, text = verify(*words)
        self.assertEqual(code, 0, text)
        self.assertTrue(text.startswith("OK   "), text)
        return text

    def assert_fails(self, message, *words):
        code, text = verify(*words)
        self.assertEqual(code, 1, text)
        self.assertEqual(len(text.splitlines()), 1, text)
        self.assertTrue(text.startswith("FAIL "), text)
        self.assertIn(message, text)
