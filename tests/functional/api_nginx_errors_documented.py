"""Every error that nginx tells by itself is JSON, and stands in docs/deploy/README.md with its status."""

import json
import re
import unittest

from harness import main
from nginx import DEPLOY

STATUSES = {"default": ["500"], '"~^50[24]$"': ["502", "504"]}


class ErrorsDocumented(unittest.TestCase):
    def test_errors_are_documented(self):
        configuration = (DEPLOY / "latchkey.conf").read_text()
        table = re.search(r"map \$status \$latchkey_error \{\n(.*?)\n\}", configuration, re.S)[1]
        errors = [re.fullmatch(r" +(\S+) '(.*)';", line).groups() for line in table.splitlines()]
        told = {(status, json.loads("{" + members + "}")["code"])
                for pattern, members in errors for status in STATUSES.get(pattern, [pattern])}
        chapter = (DEPLOY / "README.md").read_text().partition("## Errors of nginx")[2]
        rows = re.findall(r"^\| ([0-9, ]+) \| `(\w+)` \|", chapter, re.M)
        self.assertEqual({(status, code) for statuses, code in rows for status in statuses.split(", ")}, told)


if __name__ == "__main__":
    main()
