"""What is said when a tool has been started: the task that opened, what stopped it, or what it waits for. Reads what the start left."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages

from backend.casework.queries import Tool
from backend.workflow.models import Fault, Instance, Step, Task

_WAITS = {"intermediateCatchEvent", "receiveTask"}


def begun(tool: Tool, before: Instance, *, now: datetime) -> tuple[int, str]:
    """The kind of message and its words, for a tool that was started at `now` on the instance as it stood `before`."""
    task = Task.objects.filter(instance=before, opened_at=now).order_by("pk").first()
    if task is not None:
        return messages.SUCCESS, f"“{tool.name}” has started. Its first task is on the list: “{task.name}”."
    fault = Fault.objects.filter(instance=before, raised_at=now, resolved_at=None).order_by("pk").first()
    if fault is not None:
        return messages.ERROR, f"“{tool.name}” could not start: {fault.sentence}"
    if Step.objects.filter(instance=before, element=tool.element, at=now).exists():
        return messages.SUCCESS, f"“{tool.name}” is done. It has no task for anybody."
    return messages.SUCCESS, f"“{tool.name}” has started. {_waits_for(before)}"


def _waits_for(before: Instance) -> str:
    """What the instance has begun to wait for, by name where the diagram gives one."""
    active = Instance.objects.values_list("active", flat=True).get(pk=before.pk)
    waits = [before.contents.elements[element] for element in active if element not in before.active]
    names = [f"“{element.name}”" for element in waits if element.kind in _WAITS and element.name]
    return f"No task yet: it waits for {' and '.join(names)}." if names else "No task yet: it waits."
