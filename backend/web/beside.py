"""What stands beside a task's form: the answers that led to it, who it is about, the last letters and records about them,
and what finishing it starts. A fixed number of statements, whatever the size of the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from backend.casework.models import Case, Party, Record
from backend.operations.send_letter import PERSON
from backend.workflow import catalogue, onward
from backend.workflow.behind import steps_before
from backend.workflow.bpmn import Element
from backend.workflow.expressions import ExpressionError, parse
from backend.workflow.models import Task
from backend.workflow.prediction import told

#: How many of each are shown; the rest is on the case's page.
SHOWN = 3


def beside(task: Task, case: Case, party: Party | None) -> dict[str, Any]:
    """For the template. `case` is the task's own, with its parties read."""
    led = _records(case).filter(task__element__in=steps_before(task.instance.version.contents, task.element))
    answers = _own_first(led[: SHOWN * 2], party)[:SHOWN]
    last = _records(case).exclude(pk__in=[record.pk for record in answers])
    letters = case.letters.select_related("party__person")
    if party is not None:
        last, letters = last.filter(party=party), letters.filter(party=party)
    return {
        "answers": answers, "last": last[:SHOWN], "letters": letters[:SHOWN], "starts": _starts(task, case, party), "party": party,
        "others": [one for one in case.parties.all() if party is None or one.pk != party.pk],
    }  # fmt: skip


def _records(case: Case) -> Any:
    return Record.objects.filter(case=case).select_related("party__person", "by")


def _own_first(records: Iterable[Record], party: Party | None) -> list[Record]:
    """The last of each title, those about the same person before the rest."""
    found: dict[str, Record] = {}
    for record in sorted(records, key=lambda one: party is not None and one.party_id != party.pk):
        found.setdefault(record.title, record)
    return list(found.values())


def _starts(task: Task, case: Case, party: Party | None) -> list[tuple[str, list[str]]]:
    """What finishing the task starts: each condition with its sentences."""
    say = _Saying(task, case, party)
    groups = list(onward.grouped(onward.onward(task)))
    if not groups:
        return [("", ["Nothing new starts by itself."])]
    return [(say.condition(when), [say.sentence(event) for event in events]) for when, events in groups]


class _Saying:
    def __init__(self, task: Task, case: Case, party: Party | None) -> None:
        self.task, self.case, self.party = task, case, party
        self.contents = task.instance.version.contents
        self.elements = self.contents.elements

    def condition(self, when: Sequence[tuple[str, str]]) -> str:
        """“If “Reached?” is “no””"""
        said = " and ".join(self._answer(asked, answer) for asked, answer in when)
        return f"If {said}" if said else ""

    def _answer(self, asked: str, answer: str) -> str:
        said = answer if answer == onward.OVER else f"“{answer}”"
        return f"“{asked}” is {said}" if asked else said

    def sentence(self, event: onward.Event) -> str:
        match event.kind:
            case onward.OPENS:
                return self._opens(event)
            case onward.DOES:
                return self._does(self.elements[event.element])
            case onward.OFFERS:
                return f"The tools of “{event.name}” are offered."
            case onward.WAITS:
                return f"The case waits for “{event.name}”." if event.name else "The case waits for news from outside."
            case onward.JOINS:
                return "The case goes on once what goes on beside this is done too."
        return "The procedure of this case ends."

    def _opens(self, event: onward.Event) -> str:
        step = told(self.task.instance, event.element)
        whose = f" for the {step.role.lower()}" if step.role else ""
        each = self.elements[event.element].repeat
        return f"“{event.name}” opens{whose}{', more than once' if each else ''}{f', due {step.promise}' if step.promise else ''}."

    def _does(self, element: Element) -> str:
        """A letter by its title and whom it goes to; anything else by the step's own name."""
        if element.operation is None:
            return f"“{element.label}” is done by the system."
        given = {name: _literal(text) for name, text in element.operation.parameters.items()}
        parameters = catalogue.operations()[element.operation.name].parameters
        written = next((given.get(name, "") for name, parameter in parameters.items() if parameter.choices == "letters"), "")
        if not written:
            return f"“{element.label}” is done by the system."
        title = catalogue.letters(self.contents.letters).get(written, element.label)
        return f"The letter “{title}” is made{self._for_whom(PERSON in given.values())}."

    def _for_whom(self, one: bool) -> str:
        named = [self.party] if one and self.party else [p for p in self.case.parties.all() if p.role == Party.REPORTER and p.person]
        if one and not self.party:
            return ""
        return f" for {' and '.join(party.label for party in named)}" if 0 < len(named) <= SHOWN else " for each reporter"


def _literal(text: str) -> str:
    """What a parameter says, when it is a plain word."""
    try:
        value = parse(text).evaluate({}, {})
    except ExpressionError:
        return ""
    return value if isinstance(value, str) else ""
