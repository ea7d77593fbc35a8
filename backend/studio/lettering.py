"""The process owner's letters: whose wording each has, and a desk to write one on, with what it would look like beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.correspondence.wording import editing, standing, tongues
from backend.correspondence.wording.needs_lines import standard_fields
from backend.errors import DomainError, InvalidAnswers
from backend.framed import framed
from backend.studio import commands
from backend.studio.models import Draft
from backend.studio.views import draft_for, owner
from backend.workflow.packs import letter_texts
from backend.workflow.publishing import live_version


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    user = owner(request)
    draft = commands.draft_of(user)
    files = draft.files if draft else live_version(user.landlord).files
    return render(request, "studio/letters.html", {"draft": draft, "letters": editing.listed(letter_texts(files))})


# What is drawn in the frame has its styles in itself; it is sandboxed, so they are all that it may do.
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[untyped-decorator]  # django-csp says nothing of types
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """Write one letter. What was typed stays when it is refused."""
    user = owner(request)
    draft = draft_for(user)
    desk = editing.desk(code, letter_texts(draft.files))
    if request.method == "POST" and (error := _save(request, code)) is None:
        return redirect("wording-of", code)
    error = error if request.method == "POST" else None
    others = tongues.tongues(code, letter_texts(draft.files))
    context = {"desk": desk, "back": desk.changed, "code": code, "fields": desk.fields, "tongues": others}
    return _page(request, draft, context, request.POST.dict() if error else desk.said, error)


@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[untyped-decorator]  # django-csp says nothing of types
def new(request: HttpRequest) -> HttpResponse:
    """A letter of the landlord's own."""
    draft = draft_for(owner(request))
    code, error = request.POST.get("code", "").strip(), None
    if request.method == "POST":
        error = _save(request, code, new=True)
        if error is None:
            return redirect("wording-of", code)
    context = {"desk": None, "code": "new", "fields": standard_fields()}
    return _page(request, draft, context, request.POST.dict() if error else {"shape": "letter"}, error)


def _save(request: HttpRequest, code: str, *, new: bool = False) -> DomainError | None:
    said = {key: str(value) for key, value in request.POST.items()}
    try:
        saved = commands.save_letter(code=code, said=said, revision=_revision(said), by=owner(request), now=timezone.now(), new=new)
    except DomainError as problem:
        return problem
    for finding in (f for f in saved.findings if f.file.startswith(f"letters/{code}/")):
        messages.warning(request, f"{finding.sentence} {finding.mend}")
    messages.success(request, "The letter is kept in the draft.")
    return None


def _revision(said: Mapping[str, str]) -> int:
    revision = said.get("revision", "")
    return int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else 0


def _page(
    request: HttpRequest, draft: Draft, context: Mapping[str, Any], said: Mapping[str, Any], error: DomainError | None
) -> HttpResponse:
    """The desk. After a refusal the draft is as it was, so its revision is that of the page that was sent."""
    problems = error.problems if isinstance(error, InvalidAnswers) else {}
    page = {
        **context, "draft": draft, "said": said, "wrong": problems, "problems": _shown(error), "audiences": editing.audiences(),
        "shapes": editing.SHAPES.items(), "cases": editing.cases_of(owner(request)),
        "revision": said.get("revision") if error and not isinstance(error, commands.ChangedMeanwhile) else draft.revision,
    }  # fmt: skip
    return render(request, "studio/letter.html", page, status=422 if error else 200)


def _shown(error: DomainError | None) -> list[Any]:
    """What the summary at the head of a page lists."""
    if isinstance(error, InvalidAnswers):
        return [{"target": box, "error": sentence} for box, sentence in error.problems.items()]
    return [error.sentence] if error else []


@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """What is typed, as it would read: a page for the frame beside it, or what is wrong with it."""
    user = owner(request)
    draft = draft_for(user)
    said = {key: str(value) for key, value in request.POST.items()}
    code = said.get("code") or code
    try:
        texts = editing.texts_of(code, said, letter_texts(draft.files).get(code, {}))
        page = editing.preview(
            code=code, texts=texts, pack=commands.pack_of(draft.files), reference=said.get("case", ""), held=said.get("held") != "no",
            by=user, now=timezone.now(),
        )  # fmt: skip
    except DomainError as problem:
        page = _wrong(problem)
    return framed(page)


def _wrong(problem: DomainError) -> str:
    sentences = list(problem.problems.values()) if isinstance(problem, InvalidAnswers) else [problem.sentence]
    return render_to_string("studio/not_yet.html", {"sentences": sentences})


@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[untyped-decorator]  # django-csp says nothing of types
def tongue(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Write one letter in another language, for information beside the English."""
    user = owner(request)
    draft, error = draft_for(user), None
    said = {key: str(value) for key, value in request.POST.items()}
    shown = tongues.tongue(code, language, letter_texts(draft.files))
    if request.method == "POST":
        try:
            text = said.get("text", "")
            commands.save_tongue(code=code, language=language, text=text, revision=_revision(said), by=user, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "It is kept in the draft.")
            return redirect("wording-tongue", code, language)
    context = {
        "code": code, "tongue": shown, "text": said.get("text", shown.text or tongues.UNCHECKED), "revision": draft.revision,
        "title": editing.desk(code, letter_texts(draft.files)).title, "problems": _shown(error),
        "wrong": error.problems.get("text", "") if isinstance(error, InvalidAnswers) else "",
    }  # fmt: skip
    return render(request, "studio/tongue.html", context, status=422 if error else 200)


@require_POST
def preview_tongue(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """What is typed, beside the English: a page for the frame, or what is wrong with it."""
    user = owner(request)
    draft = draft_for(user)
    own = letter_texts(draft.files).get(code, {})
    try:
        page = editing.preview_beside(
            code=code, language=language, text=request.POST.get("text", ""), texts=own, pack=commands.pack_of(draft.files), by=user
        )
    except DomainError as problem:
        page = _wrong(problem)
    return framed(page)


@require_POST
def back(request: HttpRequest, code: str) -> HttpResponse:
    """Give the product's wording back to a shipped letter, or take one of the landlord's own away."""
    commands.drop_letter(code=code, by=owner(request), now=timezone.now())
    messages.success(request, "Your wording is taken out of the draft.")
    return redirect("wordings")


def standing_words(request: HttpRequest) -> HttpResponse:
    """The words that letters use where nobody wrote something for the case itself."""
    user = owner(request)
    draft, error = draft_for(user), None
    said = {key: str(value) for key, value in request.POST.items()}
    if request.method == "POST":
        try:
            commands.save_standing(said=said, revision=_revision(said), by=user, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The standing words are kept in the draft.")
            return redirect("wording-standing")
    problems = error.problems if isinstance(error, InvalidAnswers) else {}
    boxes = standing.boxes(draft.files)
    context = {
        "draft": draft, "boxes": [(box, said.get(box.key, box.words), problems.get(box.key, "")) for box in boxes],
        "others": standing.others(draft.files), "said": said, "other_words": said.get(standing.OTHER_WORDS, ""),
        "problems": _shown(error),
    }  # fmt: skip
    return render(request, "studio/standing.html", context, status=422 if error else 200)
