"""Definitions and their recipients, for the functional tests of batches and schedules."""

import json


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value)


def csv(*recipients, column="email"):
    return "".join(f"{line}\n" for line in (column, *recipients))


def people(count, prefix="person"):
    return [f"{prefix}{number}@example.com" for number in range(count)]


class Batches:
    """Mixed into a FunctionalTest."""

    def define(self, name="onboarding", rows=None, provider="mayar", sections=None, **top):
        """A definition, and beside it the file of its recipients, NAME.csv, unless `sections` has another."""
        folder = self.project.root / "jobs"
        folder.mkdir(exist_ok=True)
        sections = {"recipients": {"file": f"{name}.csv"}, **(sections or {})}
        lines = [f"{key} = {toml(value)}" for key, value in {"name": name, "provider": provider, **top}.items()]
        for section, values in sections.items():
            lines += [f"[{section}]", *(f"{key} = {toml(value)}" for key, value in values.items())]
        path = folder / f"{name}.toml"
        path.write_text("\n".join(lines) + "\n")
        if rows is not None:
            (folder / f"{name}.csv").write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        return path

    def preview(self, definition, *options):
        return self.project.json("batch", "preview", definition, *options).json

    def submit(self, definition, *options):
        return self.project.json("batch", "submit", definition, *options).json

    def batch(self, batch):
        return self.project.json("batch", "show", batch).json

    def batches(self, *options):
        return self.project.json("batch", "list", *options).lines

    def recipients(self, batch):
        """Whom the batch's jobs are for, in their order."""
        return [recipient for (recipient,) in self.project.rows(
            "SELECT recipient FROM jobs JOIN subjects ON subjects.id = jobs.subject WHERE batch = ? ORDER BY jobs.id",
            batch)]

    def entries_of(self, batch, entry_type):
        return [entry for entry in self.project.entries() if entry.get("batch") == batch and entry["type"] == entry_type]

    def warnings(self, preview):
        return [warning["code"] for warning in preview["warnings"] if warning["code"] != "nothing_is_sent_now"]
