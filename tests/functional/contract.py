"""Holds answers of the API against docs/openapi.json, and remembers which of its statuses and codes were seen."""

import json
import os
import re
import sys
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ModuleNotFoundError:
    # Debian's package is for Debian's Python, and another one may come first in PATH.
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B", *sys.argv])

DOCUMENT_FILE = Path(__file__).resolve().parents[2] / "docs/openapi.json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Contract:
    def __init__(self):
        self.bytes = DOCUMENT_FILE.read_bytes()
        self.document = json.loads(self.bytes)
        self.codes = self.document["x-codes"]
        self.seen = set()
        self.seen_codes = set()

    def operations(self):
        """(method, path) -> operation"""
        return {(method.upper(), path): operation for path, item in self.document["paths"].items()
                for method, operation in item.items() if method in METHODS}

    def operation(self, method, target):
        """(path as in the document, operation) of a request."""
        asked = target.partition("?")[0]
        for (known, path), operation in self.operations().items():
            if known == method and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), asked):
                return path, operation
        raise AssertionError(f"{method} {asked} is not in the document")

    def resolve(self, node):
        while "$ref" in node:
            path = node["$ref"].removeprefix("#/").split("/")
            node = self.document
            for part in path:
                node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def complaints(self, schema, value):
        # The components lie beside the schema, where every version of the library finds what it refers to.
        whole = {**schema, "components": self.document["components"]}
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
                for error in Draft202012Validator(whole).iter_errors(value)]

    def check(self, method, target, answer):
        """Fails unless the document allows this answer."""
        path, operation = self.operation(method, target)
        responses = operation["responses"]
        status = str(answer.status)
        if status not in responses and "default" not in responses:
            raise AssertionError(f"{method} {path}: {status} is not in the document: {answer}")
        response = self.resolve(responses.get(status, responses.get("default")))
        self._check_headers(response, answer)
        value = self._check_body(response, answer)
        self.seen.add((method, path, status if status in responses else "default"))
        code = value.get("code") if isinstance(value, dict) and answer.status >= 400 else None
        if code in self.codes and "state" not in value:
            self.seen_codes.add(code)
            if self.codes[code] != answer.status:
                raise AssertionError(f"{code} is {answer.status}, and {self.codes[code]} in the document")
        return answer

    def _check_body(self, response, answer):
        given = answer.headers["content-type"].partition(";")[0]
        if given not in response["content"]:
            raise AssertionError(f"{given} is not in the document: {answer}")
        value = answer.json if given == "application/json" else answer.body.decode()
        complaints = self.complaints(response["content"][given]["schema"], value)
        if complaints:
            raise AssertionError(f"{answer}\n" + "\n".join(complaints))
        return value

    def _check_headers(self, response, answer):
        if answer.headers.get("cache-control") != "no-store":
            raise AssertionError(f"Cache-Control: {answer}")
        for name, header in response.get("headers", {}).items():
            value = answer.headers.get(name.lower())
            complaints = self.complaints(header["schema"], value) if value is not None else []
            if complaints or ("const" in header["schema"] and value is None):
                raise AssertionError(f"{name}: {value}: {complaints}")

    def examples(self):
        """(where, schema, value) of every example in the document."""
        def walk(node, where):
            if isinstance(node, list):
                for number, part in enumerate(node):
                    yield from walk(part, f"{where}/{number}")
            if not isinstance(node, dict):
                return
            if "schema" in node:
                if "example" in node:
                    yield where, node["schema"], node["example"]
                for name, example in node.get("examples", {}).items():
                    yield f"{where}/{name}", node["schema"], example["value"]
            elif isinstance(node.get("examples"), list):
                for example in node["examples"]:
                    yield where, node, example
            for key, part in node.items():
                if key not in ("example", "examples"):
                    yield from walk(part, f"{where}/{key}")
        return walk(self.document, "#")

    def unseen(self):
        """What the document promises and nobody has seen."""
        wanted = {(method, path, status) for (method, path), operation in self.operations().items()
                  for status in operation["responses"] if status != "default"}
        return (sorted(" ".join(one) for one in wanted - self.seen) +
                sorted(f"the code {code}" for code in set(self.codes) - self.seen_codes))
