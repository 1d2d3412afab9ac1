"""Links pass through nginx's memory: it leaves no core file."""

import resource
from pathlib import Path

from harness import main
from nginx import RecordedTest


class NoCore(RecordedTest):
    def setUp(self):
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        super().setUp()

    def test_core_size_is_zero(self):
        workers = self.nginx.workers()
        self.assertTrue(workers)
        for worker in workers:
            self.assertRegex(Path(f"/proc/{worker}/limits").read_text(), r"Max core file size +0 +0 ")


if __name__ == "__main__":
    main()
