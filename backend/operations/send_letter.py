"""“Send a letter”: to the person the tool is for, to every reporter of the case who has an address, or to those
reporters who have not had this letter yet."""

from __future__ import annotations

from backend.casework.models import Case, Party
from backend.correspondence.commands import queue_letter
from backend.correspondence.words import Writing
from backend.errors import Refused
from backend.workflow.catalogue import Parameter, operation
from backend.workflow.engine import PARTY
from backend.workflow.runner import Context

REPORTERS, NEW_REPORTERS, PERSON = "reporters", "new reporters", "person"


@operation(
    "send_letter",
    "Send a letter",
    letter=Parameter("Letter", choices="letters"),
    to=Parameter("To whom", choices=(REPORTERS, NEW_REPORTERS, PERSON)),
)
def send_letter(context: Context, *, letter: str, to: str) -> None:
    told = set(context.subject.letters.filter(kind=letter).values_list("party", flat=True)) if to == NEW_REPORTERS else set()
    for party in recipients(context.subject, to, context):
        if to == NEW_REPORTERS and party.pk in told:
            continue
        writing = Writing(context.subject, party, None, context.facts, context.now)
        queue_letter(kind_code=letter, key=f"{context.key}:{party.pk}", writing=writing)


def recipients(case: Case, to: str, context: Context) -> list[Party]:
    """Who gets it. A reporter without an address is told by telephone, so no letter is asked for them."""
    if to in (REPORTERS, NEW_REPORTERS):
        reporters = case.parties.select_related("person").filter(role=Party.REPORTER, person__isnull=False)
        return [party for party in reporters if party.person and party.person.address]
    party = case.parties.select_related("person").filter(pk=str(context.scope.get(PARTY) or 0)).first()
    if party is not None and party.role == Party.REPORTER:
        return [party] if party.person and party.person.address else []
    if party is None or party.person is None:
        raise Refused("We do not know yet who this letter is for. Say who they are on the case’s People page, then try again.")
    return [party]
