"""What the functional tests of schedules ask for."""

from api import exchange, head
from batches import Batches


class Schedules(Batches):
    """Mixed into a LiveTest."""

    def enable(self, definition):
        return self.project.json("schedule", "enable", definition).json

    def schedules(self):
        return {schedule["definition"]: schedule for schedule in self.project.json("schedule", "list").lines}

    def findings(self, about):
        return [finding for finding in self.project.run("--json", "doctor").lines if finding["about"] == about]

    def warnings_of(self, daemon):
        return [note["code"] for note in exchange(daemon.health, head("GET", "/readyz")).json["warnings"]]

    def batches_of(self, definition):
        return self.batches("--definition", definition)
