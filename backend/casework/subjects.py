"""What casework tells the engine room: the case behind an instance, who owns its tasks, its facts and messages."""

from __future__ import annotations

from typing import Any

from backend.casework.models import Case, Party, Report
from backend.workflow import catalogue
from backend.workflow.models import Instance
from backend.workflow.values import Fact

REPORT_ATTACHED = "report_attached"
SURVEYS_ANSWERED = "surveys_answered"
#: A group beside the parts that people have in a case.
KNOWN_REPORTER = "known-reporter"


def register() -> None:
    """Put casework's facts, messages and groups of people in the catalogue."""
    for role, label in Party.ROLES:
        catalogue.group(role, f"each {label.lower()}")
    catalogue.group(KNOWN_REPORTER, "each reporter who gave a name")
    catalogue.fact(Fact("reported_at", "moment", source="casework"))
    catalogue.fact(Fact("opened_at", "moment", source="casework"))
    catalogue.fact(Fact("task_opened_at", "moment", source="casework"))
    catalogue.fact(Fact("channel", "one_of", tuple(code for code, _ in Report.CHANNELS), "casework"))
    catalogue.fact(Fact("first_reporter", "row", source="casework"))
    catalogue.fact(Fact("anonymous", "yes_no", source="casework"))
    catalogue.message(REPORT_ATTACHED, "A further report was attached to the case")
    catalogue.message(SURVEYS_ANSWERED, "Every survey of the case was answered")


class Cases:
    """Serves `runner.Subjects`."""

    def subject(self, instance: Instance) -> Case:
        return Case.objects.select_related("landlord", "owner").get(instance=instance)

    def owner_id(self, subject: Any, role: str) -> int | None:
        owner = subject.owner
        return owner.pk if owner is not None and owner.is_active and role in owner.role_codes else None

    def people(self, subject: Any, group: str) -> list[int]:
        if group == KNOWN_REPORTER:
            found = subject.parties.filter(role=Party.REPORTER, person__isnull=False)
        else:
            found = subject.parties.filter(role=group)
        return list(found.order_by("pk").values_list("pk", flat=True))

    def knows(self, subject: Any, person: int) -> bool:
        return bool(subject.parties.filter(pk=person).exists())
