"""“Set a date counted from now”: anchors a timer or a promise, so that it can be counted again when the calendar changes."""

from __future__ import annotations

from backend.errors import DomainError
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.expressions import Value
from backend.workflow.functions import functions_for
from backend.workflow.runner import Context

UNITS = ("working_days", "days")


@operation(
    "set_date", "Set a date counted from now", fact=Parameter("Which date"), count=Parameter("How many, 0 for now"),
    unit=Parameter("Of what", choices=UNITS, optional=True),
)  # fmt: skip
def set_date(context: Context, *, fact: str, count: int, unit: str = "days") -> dict[str, Value]:
    if context.instance.contents.facts.get(fact) is None:
        raise DomainError(f"“{fact}” is not a fact of this procedure, so no date can be kept under it.")
    calendar = context.instance.contents.calendar(context.subject.landlord.calendar)
    return {fact: functions_for(calendar)[unit](count, since=context.now)}
