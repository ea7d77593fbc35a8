"""“Keep the name confidential if they wish”: writes what a reporter asked for at first contact on their part in the case."""

from __future__ import annotations

from backend.casework.models import Case
from backend.workflow.catalogue import operation
from backend.workflow.engine import PARTY
from backend.workflow.runner import Context


@operation("note_wishes", "Keep the reporter’s name confidential, if they asked for it")
def note_wishes(context: Context) -> None:
    case: Case = context.subject
    if context.facts.get("wants_confidential") is True:
        case.parties.filter(pk=str(context.scope.get(PARTY) or 0)).update(confidential=True)
