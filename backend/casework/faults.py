"""What people do where a case cannot go on by itself: put right a fact and try again, or end the branch that stopped.

Whoever works on the case may try again; correcting a fact and ending a branch are for those who deal with faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.casework import access
from backend.errors import DomainError, InvalidAnswers, NotFound
from backend.rules.working_time import LONDON
from backend.workflow import runner, watchdog
from backend.workflow.engine import EngineError
from backend.workflow.expressions import MAX_NUMBER, Value
from backend.workflow.forms import Data, Form, Option, Question
from backend.workflow.models import Fault
from backend.workflow.packs import Pack
from backend.workflow.reads import facts_read
from backend.workflow.values import Fact

MAX_REASON = 300
RETRY, END = "retry", "end"
_WHAT = Question(
    "act", "What should happen?", "choice",
    options=(
        Option(RETRY, "Try again", "Fill in only what is wrong or missing. What you leave empty stays as it is."),
        Option(END, "End this branch", "What comes after this step on its line does not happen. The rest of the case goes on."),
    ),
)  # fmt: skip
_REASON = Question("reason", "What have you put right, or why should this not go on?", "line", "It is kept in the case’s history.")


def fault_by_id(user: User, fault_id: int) -> Fault:
    """A fault of a case this person may see, or of the landlord for those who deal with faults. Raises `NotFound`."""
    faults = Fault.objects.select_related("instance__case__landlord", "instance__version").filter(pk=fault_id)
    fault = faults.filter(instance__landlord=user.landlord_id).first()
    if fault is None or not (user.can(powers.MANAGE) or access.sees(user, instance=fault.instance_id)):
        raise NotFound
    return fault


@transaction.atomic
def retry_fault(*, fault_id: int, facts: Mapping[str, Value], reason: str, by: User, now: datetime) -> Fault:
    """Try again where a case stopped, with a reason and with what was wrong or missing among the facts the step reads."""
    fault = fault_by_id(by, fault_id)
    reason = _given(reason, "Say what you have put right")
    before = runner.seen_by(fault)
    changed = {name: value for name, value in facts.items() if value != before.get(name)}
    if changed:
        access.need(by, powers.MANAGE)
        _readable(fault, changed)
    runner.retry(fault, facts=changed, by=by, now=now)
    corrected = {name: [_said(before.get(name)), _said(value)] for name, value in changed.items()}
    wording = "".join(f"; changed {_plain(name)} from {old} to {new}" for name, (old, new) in corrected.items())
    _record("retry_fault", f"Tried “{fault.name}” again{wording}", fault, reason, by, now, corrected=corrected)
    fault.refresh_from_db()
    return fault


@transaction.atomic
def end_branch(*, fault_id: int, reason: str, by: User, now: datetime) -> Fault:
    """End the branch that stopped, with a reason. The rest of the case goes on; refused when it could not."""
    fault = fault_by_id(by, fault_id)
    access.need(by, powers.MANAGE)
    reason = _given(reason, "Say why this should not go on")
    try:
        runner.abandon(fault, by=by, now=now)
    except EngineError as error:
        raise DomainError(f"This cannot be ended here. {error.sentence} Correct what is missing and try again instead.") from None
    _record("end_branch", f"Ended the branch that stopped at “{fault.name}”", fault, reason, by, now)
    fault.refresh_from_db()
    return fault


def _given(reason: str, asked: str) -> str:
    if not reason.strip():
        raise InvalidAnswers({"reason": asked})
    if len(reason.strip()) > MAX_REASON:
        raise InvalidAnswers({"reason": f"Shorten this to {MAX_REASON} characters"})
    return reason.strip()


def _readable(fault: Fault, changed: Mapping[str, Value]) -> None:
    read = {fact.name for fact in facts_read(fault.instance.version.contents, fault.element)}
    for name in changed:
        if name not in read:
            raise DomainError(f"“{fault.name}” does not look at {_plain(name)}. Change only what this step needs.")


def _record(verb: str, sentence: str, fault: Fault, reason: str, by: User, now: datetime, **details: object) -> None:
    case = fault.instance.case
    record(verb, sentence, landlord=case.landlord, by=by, at=now, case_id=case.pk, fault=fault.pk, reason=reason, **details)


# What the page asks.


def form_for(fault: Fault, by: User) -> Form:
    """What should happen, the facts that the step reads with their present values, and why. A case that stopped as a whole
    has no step that reads anything and no branch to end: it can be tried again."""
    if not by.can(powers.MANAGE) or fault.engine_id == watchdog.WHOLE:
        return Form("fault", fault.name, "", "", "", (_REASON,))
    contents, seen = fault.instance.version.contents, runner.seen_by(fault)
    facts = [_question(contents, fact, seen.get(fact.name)) for fact in facts_read(contents, fault.element)]
    return Form("fault", fault.name, "", "", "", (_WHAT, *facts, _REASON))


def _question(contents: Pack, fact: Fact, value: Value) -> Question:
    """One fact, in the words of the form that asks for it where there is one."""
    asked = next((q for form in contents.forms.values() for q in form.questions if q.fact == fact.name), None)
    labels = {option.value: option.label for option in asked.options} if asked else {}
    options = tuple(Option(choice, labels.get(choice, _plain(choice).capitalize())) for choice in fact.choices)
    label, hint = asked.label if asked else _plain(fact.name).capitalize(), f"Now: {labels.get(str(value)) or _said(value)}"
    kind = {"one_of": "choice", "decimal": "line"}.get(fact.kind, fact.kind)
    return Question(f"fact_{fact.name}", label, kind, hint, False, options, fact.name, (_WHAT.key, RETRY))


def facts_in(form: Form, fault: Fault, data: Data) -> dict[str, Value]:
    """The corrected facts among what was typed. Raises `InvalidAnswers`."""
    found, declared = form.clean(data, {}).facts, fault.instance.version.contents.facts
    return {name: _decimal(name, value) if declared[name].kind == "decimal" else value for name, value in found.items()}


def _decimal(name: str, value: Value) -> Value:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > MAX_NUMBER:
        raise InvalidAnswers({f"fact_{name}": "Enter a number, like 12.5"})
    return number


def _plain(name: str) -> str:
    """A fact's name or choice as a person reads it."""
    return name.replace("_", " ")


def _said(value: Value) -> str:
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case datetime():
            local = value.astimezone(LONDON)
            return f"{local.day} {local:%B %Y, %H:%M}"
        case date():
            return f"{value.day} {value:%B %Y}"
    return _plain(str(value))
