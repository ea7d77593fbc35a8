"""Evidence: adding it to a case or to the queue of what belongs to none yet, looking at it, placing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypedDict

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access, evidence, store
from backend.casework.models import Case, Evidence, Incident, Party
from backend.errors import InvalidAnswers, NotFound
from backend.web.ask import needs, number, who
from backend.web.files import sent
from backend.web.pages import page_of

PER_PAGE = 30
#: How many files one page takes.
MOST_FILES = 20


_File: TypeAlias = "UploadedFile[Any]"


class _Links(TypedDict):
    incident: Incident | None
    party: Party | None


@needs(powers.WORK)
def new_evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Add one or more files to a case."""
    user = who(request)
    case = access.case_for(user, reference)
    if request.method != "POST":
        return _upload_page(request, case, {}, [])
    title, links = request.POST.get("title", ""), _links(case, request)

    def add(file: _File) -> None:
        evidence.add_evidence(case=case, title=title, filename=file.name or "", content=file, by=user, now=timezone.now(), **links)

    problems, kept = _each(request, add)
    if problems:
        return _upload_page(request, case, problems, kept)
    messages.success(request, _said(kept, "is kept with the case.", "are kept with the case."))
    return redirect(f"{reverse('case', args=[reference])}#evidence")


@needs(powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
def take_evidence(request: HttpRequest) -> HttpResponse:
    """Keep files that belong to no case yet."""
    user = who(request)
    if request.method != "POST":
        return _upload_page(request, None, {}, [])
    title, origin = request.POST.get("title", ""), request.POST.get("origin", "")

    def take(file: _File) -> None:
        evidence.take_evidence(title=title, origin=origin, filename=file.name or "", content=file, by=user, now=timezone.now())

    problems, kept = _each(request, take)
    if problems:
        return _upload_page(request, None, problems, kept)
    messages.success(request, _said(kept, "is kept. It waits to be placed.", "are kept. They wait to be placed."))
    return redirect("evidence-inbox")


def _each(request: HttpRequest, take: Callable[[_File], object]) -> tuple[dict[str, str], list[str]]:
    """Give every file that came to `take`: a bad one does not stop the good. What was wrong, and the names of those kept."""
    files = [file for file in request.FILES.getlist("file") if isinstance(file, UploadedFile)]
    if not files:
        return {"file": "Choose a file"}, []
    if len(files) > MOST_FILES:
        return {"file": f"Choose at most {MOST_FILES} files at once"}, []
    problems: dict[str, str] = {}
    wrong, kept = [], []
    for file in files:
        try:
            take(file)
        except InvalidAnswers as problem:
            wrong += [f"{file.name}: {text}" if len(files) > 1 else text for key, text in problem.problems.items() if key == "file"]
            problems |= {key: text for key, text in problem.problems.items() if key != "file"}
        else:
            kept.append(file.name or "")
    return problems | ({"file": ". ".join(wrong)} if wrong else {}), kept


def _said(kept: list[str], one: str, many: str) -> str:
    return f"The file {one}" if len(kept) == 1 else f"{len(kept)} files {many}"


def _upload_page(request: HttpRequest, case: Case | None, problems: Mapping[str, str], kept: list[str]) -> HttpResponse:
    context = {
        "case": case, "wrong": problems, "problems": [{"target": key, "error": text} for key, text in problems.items()], "kept": kept,
        "title": request.POST.get("title", ""), "origin": request.POST.get("origin", ""), "most": settings.UPLOAD_MAX // 2**20,
        "accept": accepted(), **(_linkable(case, request.POST.get("incident", ""), request.POST.get("party", "")) if case else {}),
    }  # fmt: skip
    return render(request, "evidence/upload.html", context, status=422 if problems else 200)


def accepted() -> str:
    """What a browser may offer. Telephones turn their own kind of picture into one of these."""
    kinds = [kind for kind in evidence.TYPES if kind != "image/heic"]
    return ",".join((*kinds, *(f".{ending}" for type_ in evidence.TYPES.values() for ending in type_.endings if ending[:3] != "hei")))


def _linkable(case: Case, incident: str, party: str) -> dict[str, object]:
    """The incidents and people of a case that evidence may be linked to, and what is chosen."""
    incidents = case.incidents.order_by("-told_at")[:50]
    return {"incidents": incidents, "parties": case.parties.select_related("person"), "incident": incident, "party": party}


def _links(case: Case, request: HttpRequest) -> _Links:
    """The incident and person of the case that were chosen, if any."""
    return {
        "incident": case.incidents.filter(pk=number(request.POST.get("incident"))).first(),
        "party": case.parties.filter(pk=number(request.POST.get("party"))).first(),
    }


# One piece


@needs(powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
def piece(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """A piece of evidence, shown or played, and what is said of it."""
    user = who(request)
    found, problems = evidence.evidence_by_id(user, evidence_id), dict[str, str]()
    if request.method == "POST" and found.case is not None:
        try:
            title, links = request.POST.get("title", ""), _links(found.case, request)
            evidence.describe_evidence(evidence=found, title=title, by=user, now=timezone.now(), **links)
        except InvalidAnswers as problem:
            problems = problem.problems
        else:
            messages.success(request, "What is said of it is changed.")
            return redirect("evidence", found.pk)
    return _piece_page(request, user, found, problems)


def _piece_page(request: HttpRequest, user: User, found: Evidence, problems: Mapping[str, str]) -> HttpResponse:
    incident, party = (
        request.POST.get(name, str(linked or "")) for name, linked in (("incident", found.incident_id), ("party", found.party_id))
    )
    context = {
        "item": found, "case": found.case, "wrong": problems, "title": request.POST.get("title", found.title),
        "problems": [{"target": key, "error": text} for key, text in problems.items()],
        "may_open": user.can(powers.ORIGINALS), "may_place": user.can(powers.TRIAGE),
        **(_linkable(found.case, incident, party) if found.case else {}),
    }  # fmt: skip
    return render(request, "evidence/piece.html", context, status=422 if problems else 200)


@require_safe
@needs(powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
def shown(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """The copy that may be shown: the picture, the sound, the document."""
    found = evidence.evidence_by_id(who(request), evidence_id)
    if not found.shared_sha256:
        raise NotFound("No copy of this file can be shown. Somebody who opens originals can get it for you.")
    ending = evidence.TYPES[found.shared_type].endings[0]
    return sent(request, store.path_of(found.shared_sha256), content_type=found.shared_type, name=f"evidence-{found.pk}.{ending}")


@require_safe
@needs(powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
def small(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """The small picture in lists."""
    found = evidence.evidence_by_id(who(request), evidence_id)
    if not found.thumbnail_sha256:
        raise NotFound
    return sent(request, store.path_of(found.thumbnail_sha256), content_type="image/jpeg", name=f"evidence-{found.pk}-small.jpg")


@require_POST
@needs(powers.ORIGINALS)
def original(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    """The file as it was given to us, to be saved and never shown; who had it and why is kept."""
    user = who(request)
    found = evidence.evidence_by_id(user, evidence_id)
    try:
        path = evidence.open_original(evidence=found, reason=request.POST.get("reason", ""), by=user, now=timezone.now())
    except InvalidAnswers as problem:
        return _piece_page(request, user, found, problem.problems)
    name = f"original-{found.pk}.{evidence.TYPES[found.content_type].endings[0]}"
    return sent(request, path, content_type=found.content_type, name=name, save=True)


# The queue of what belongs to no case yet


@require_safe
@needs(powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
def inbox(request: HttpRequest) -> HttpResponse:
    user = who(request)
    page = page_of(request, evidence.unplaced_evidence(user), PER_PAGE)
    return render(request, "evidence/inbox.html", {"page": page, "may_place": user.can(powers.TRIAGE)})


@require_POST
@needs(powers.TRIAGE)
def place(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Put evidence with the case whose reference was given."""
    user, reference = who(request), request.POST.get("case", "").strip().upper()
    found = evidence.evidence_by_id(user, evidence_id)
    case = user.landlord.cases.filter(reference=reference).first()
    if case is None:
        return _piece_page(request, user, found, {"case": f"There is no case “{reference}”. Check the reference."})
    evidence.place_evidence(evidence=found, case=case, by=user, now=timezone.now())
    messages.success(request, f"It is with case {case.reference} now.")
    return redirect("evidence-inbox")
