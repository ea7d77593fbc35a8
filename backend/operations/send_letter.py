"""“Send a letter”: to the person the tool is for, to every reporter of the case who has an address, or to those
reporters who have not had this letter yet."""

from __future__ import annotations

from backend.casework.models import Case, Party
from backend.casework.safety import post_refused
from backend.correspondence.commands import queue_letter
from backend.correspondence.words import Writing
from backend.errors import Refused
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.engine import PARTY
from backend.workflow.expressions import Value
from backend.workflow.runner import Context
from backend.workflow.values import Fact

REPORTERS, NEW_REPORTERS, PERSON = "reporters", "new reporters", "person"


UNTOLD = Fact("somebody_untold", "yes_no", source="send_letter")


@operation(
    "send_letter",
    "Send a letter",
    gives=(UNTOLD,),
    letter=Parameter("Letter", choices="letters"),
    to=Parameter("To whom", choices=(REPORTERS, NEW_REPORTERS, PERSON)),
)
def send_letter(context: Context, *, letter: str, to: str) -> dict[str, Value]:
    case: Case = context.subject
    told = set(case.letters.filter(kind=letter).values_list("party", flat=True)) if to == NEW_REPORTERS else set()
    for party in recipients(case, to, context):
        if party.pk not in told:
            writing = Writing(case, party, None, context.facts, context.now, context.by)
            queue_letter(kind_code=letter, key=f"{context.key}:{party.pk}", writing=writing)
    return {UNTOLD.name: to != PERSON and untold(case)}


def untold(case: Case) -> bool:
    """Whether a reporter whom we know by name cannot be written to: they are told by telephone instead."""
    known = case.parties.select_related("person").filter(role=Party.REPORTER, person__isnull=False)
    return any(not may_be_written_to(party) for party in known)


def may_be_written_to(party: Party) -> bool:
    """Whether we have an address, and it is safe to write there."""
    return bool(party.person and party.person.address) and post_refused(party.person) is None


def recipients(case: Case, to: str, context: Context) -> list[Party]:
    """Who gets it. A reporter without an address, or whom it is not safe to write to, is told otherwise: no letter is asked for."""
    if to in (REPORTERS, NEW_REPORTERS):
        reporters = case.parties.select_related("person").filter(role=Party.REPORTER, person__isnull=False)
        return [party for party in reporters if may_be_written_to(party)]
    party = case.parties.select_related("person").filter(pk=str(context.scope.get(PARTY) or 0)).first()
    if party is not None and party.role == Party.REPORTER:
        return [party] if may_be_written_to(party) else []
    if party is None or party.person is None:
        raise Refused("We do not know yet who this letter is for. Say who they are on the case’s People page, then try again.")
    return [party]
