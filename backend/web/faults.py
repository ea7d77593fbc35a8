"""Where cases cannot go on by themselves: the list for those who deal with faults, and the page of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access, queries
from backend.casework import faults as commands
from backend.errors import AlreadyDone, DomainError
from backend.web.ask import form_context, needs, typed, who
from backend.web.pages import page_of
from backend.workflow.models import Fault

PER_PAGE = 50


@require_safe
@needs(powers.MANAGE)
def faults(request: HttpRequest) -> HttpResponse:
    """Where cases cannot go on by themselves, and cases that have stopped without a reason."""
    user = who(request)
    page = page_of(request, queries.open_faults(user), PER_PAGE)
    return render(request, "managers/faults.html", {"page": page, "stopped": queries.stopped_cases(user)[:200]})


@needs(powers.WORK, powers.MANAGE)
def fault(request: HttpRequest, fault_id: int) -> HttpResponse:
    """What stopped one case, what its step looks at, and what to do about it."""
    user = who(request)
    found = commands.fault_by_id(user, fault_id)
    form, data, error = commands.form_for(found, user), typed(request.POST), None
    if request.method == "POST":
        try:
            done = _deal_with(request, found)
        except AlreadyDone as over:
            messages.info(request, over.sentence)
            return _onward(request, found)
        except DomainError as problem:
            error = problem
        else:
            if done.resolved_at is not None:
                return _onward(request, done)
            return redirect("fault", fault_id)
    context = form_context(form, data or {"act": [commands.RETRY]}, error, {})
    context |= {"fault": found, "case": found.instance.case, "may_open": access.sees(user, instance=found.instance_id)}
    return render(request, "managers/fault.html", context, status=422 if error else 200)


def _deal_with(request: HttpRequest, found: Fault) -> Fault:
    user, data, now = who(request), typed(request.POST), timezone.now()
    reason = request.POST.get("reason", "")
    if request.POST.get("act") == commands.END:
        done = commands.end_branch(fault_id=found.pk, reason=reason, by=user, now=now)
        messages.success(request, "The branch is ended. The rest of the case goes on.")
        return done
    facts = commands.facts_in(commands.form_for(found, user), found, data)
    done = commands.retry_fault(fault_id=found.pk, facts=facts, reason=reason, by=user, now=now)
    if done.resolved_at is None:
        messages.warning(request, "It still cannot go on. See what is wrong below.")
    else:
        messages.success(request, "The case goes on.")
    return done


def _onward(request: HttpRequest, found: Fault) -> HttpResponse:
    """To the case while this person may see it, else back to the list."""
    return redirect("case", found.instance.case.reference) if access.sees(who(request), instance=found.instance_id) else redirect("faults")
