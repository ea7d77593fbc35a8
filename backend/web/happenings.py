"""“Something has happened”: what may be told to a case now, in the words of the landlord's diagrams, and telling it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access
from backend.casework import happenings as casework
from backend.casework.happenings import PARTY, REASON, Happening
from backend.casework.models import Case
from backend.errors import InvalidAnswers
from backend.web.ask import form_context, needs, number, press_of, typed, who
from backend.web.templatetags.caseway import moment
from backend.workflow.forms import Form, Question
from backend.workflow.models import Task


@require_safe
@needs(powers.WORK)
def happened(request: HttpRequest, reference: str) -> HttpResponse:
    user = who(request)
    found = access.case_for(user, reference)
    return render(request, "cases/happened.html", {"case": found, "happenings": casework.happenings(found, user)})


@needs(powers.WORK)
def tell(request: HttpRequest, reference: str, message: str) -> HttpResponse:
    """Say whom it is about and what happened; then the case is told."""
    user, now = who(request), timezone.now()
    found, press, error = access.case_for(user, reference), press_of(request), None
    if request.method == "POST":
        try:
            party = found.parties.filter(pk=number(request.POST.get(PARTY))).first()
            casework.tell(case=found, message=message, party=party, reason=request.POST.get(REASON, ""), press=press, by=user, now=now)
        except InvalidAnswers as problem:
            error = problem
        else:
            messages.success(request, _begun(found, now))
            return redirect(f"{reverse('case', args=[reference])}#tasks")
    told = casework.happening(found, message, user)
    people = {str(party.pk): party.label for party in told.people}
    context = form_context(_form(told), typed(request.POST), error, {PARTY: people})
    return render(request, "cases/tell.html", context | {"case": found, "told": told, "press": press}, status=422 if error else 200)


def _form(told: Happening) -> Form:
    about = (Question(PARTY, "Who is this about?", "person"),) if told.about_somebody else ()
    why = Question(REASON, "What happened, and why are you telling us?", "paragraphs", "This goes into the case file with your name.")
    return Form("happening", told.label, told.help, "", "", (*about, why))


def _begun(case: Case, now: datetime) -> str:
    """What the officer reads afterwards: the task that it opened, if it did."""
    task = Task.objects.select_related("owner").filter(instance=case.instance_id, opened_at=now).order_by("pk").first()
    if task is None:
        return "It is written on the case, which has gone on."
    whose = f"for {task.owner.name}" if task.owner else "nobody’s yet"
    return f"It is written on the case. A new task is on the list: “{task.name}”, {whose}, due {moment(task.due_at)}."
