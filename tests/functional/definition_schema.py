"""The schema that editors read takes the definitions in jobs/ and complains of the wrong ones that it can see."""

import json
import re
import tomllib
import unittest
from pathlib import Path

from jsonschema import Draft202012Validator

from harness import main

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "jobs/definition.schema.json").read_text())
DEFINITIONS = sorted((ROOT / "jobs").glob("*.toml"))
CASES = re.findall(r"(?ms)^=== ([^\n]*)\n(.*?)(?=^=== |\Z)", (ROOT / "tests/functional/data/wrong_definitions.txt").read_text())
BASE = CASES[0][1]


class DefinitionSchema(unittest.TestCase):
    def complaints(self, definition):
        return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(definition)]

    def test_is_a_schema(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_definitions_are_taken_and_name_their_schema(self):
        self.assertEqual([file.name for file in DEFINITIONS], ["drop.toml", "onboarding.toml", "weekly-reminder.toml"])
        for file in DEFINITIONS:
            with self.subTest(file.name):
                text = file.read_text()
                self.assertTrue(text.startswith("#:schema ./definition.schema.json\n"))
                self.assertEqual(self.complaints(tomllib.loads(text)), [])

    def test_wrong_definitions_are_not(self):
        self.assertEqual(CASES[0][0], "base")
        self.assertEqual(self.complaints(tomllib.loads(BASE)), [])
        self.assertGreater(len(CASES), 60)
        for title, text in CASES[1:]:
            text = text.replace("{base}\n", BASE)
            with self.subTest(title, text=text):
                found = self.complaints(tomllib.loads(text))
                if title.startswith("+ "):
                    self.assertEqual(found, [], "a schema sees it after all: take the + away")
                else:
                    self.assertNotEqual(found, [])

    def test_every_setting_is_described(self):
        def check(path, schema):
            for name, each in schema.get("properties", {}).items():
                if not path.endswith("columns"):
                    self.assertGreater(len(each.get("description", "")), 5, f"{path}.{name}")
                check(f"{path}.{name}", each)
        check("", SCHEMA)


if __name__ == "__main__":
    main()
