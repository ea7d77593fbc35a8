"""The process owner's desk: see the live diagrams, draw in a draft, check, publish."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.accounts.models import User
from backend.casework import access
from backend.errors import DomainError, InvalidAnswers, NotAllowed, NotFound
from backend.studio import commands, marks
from backend.studio.commands import ChangedMeanwhile
from backend.studio.edit import PROPERTIES
from backend.studio.known import known
from backend.studio.models import Draft
from backend.studio.offers import catalogue_for
from backend.workflow import bpmn, check
from backend.workflow.bpmn import ACTIVITIES, Diagram, Element
from backend.workflow.drawing import draw
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.packs import read_pack
from backend.workflow.publishing import findings_in, live_version


def owner(request: HttpRequest) -> User:
    """The signed-in process owner."""
    if not isinstance(request.user, User):
        raise NotAllowed("Sign in first.")
    access.need(request.user, powers.DRAW)
    return request.user


def draft_for(user: User) -> Draft:
    draft = commands.draft_of(user)
    if draft is None:
        raise NotFound("There is no draft. Open one first.")
    return draft


@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    user = owner(request)
    live, draft = live_version(user.landlord), commands.draft_of(user)
    found = findings_in(draft.files) if draft else []
    context = {
        "versions": live.pack.versions.select_related("published_by"), "live": live, "draft": draft, "findings": found,
        "blocked": bool(check.errors(found)), "diagrams": _names(draft.files if draft else live.files),
        "forms": _forms(draft.files) if draft else [],
    }  # fmt: skip
    return render(request, "studio/home.html", context)


def _names(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """(file, name) of every diagram; one that cannot be read goes by its file's name."""
    found = []
    for file, text in files.items():
        if file.endswith(".bpmn"):
            try:
                found.append((file, bpmn.read(file, text).name))
            except PackRefused:
                found.append((file, file))
    return sorted(found, key=lambda item: (item[0] != "lifecycle.bpmn", item[1]))


def _forms(files: Mapping[str, str]) -> list[tuple[str, str]]:
    keys = [path.removeprefix("forms/").removesuffix(".json") for path in files if path.startswith("forms/")]
    return sorted(((key, json.loads(files[f"forms/{key}.json"])["title"]) for key in keys), key=lambda item: item[1])


@require_safe
def known_words(request: HttpRequest) -> HttpResponse:
    """What diagrams may hold and name: the product's words and the facts of the draft, or of the live version."""
    user = owner(request)
    draft, live = commands.draft_of(user), live_version(user.landlord)
    try:
        said = known(draft.files if draft else live.files)
    except PackRefused:
        said = known(live.files)
    return render(request, "studio/catalogue.html", said)


@require_POST
def open_draft(request: HttpRequest) -> HttpResponse:
    commands.open_draft(by=owner(request), now=timezone.now())
    return redirect("studio")


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    commands.discard_draft(by=owner(request), now=timezone.now())
    messages.success(request, "The draft is gone. The published procedure is unchanged.")
    return redirect("studio")


@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    user = owner(request)
    try:
        version = commands.publish_draft(note=request.POST.get("note", ""), by=user, now=timezone.now())
    except DomainError as problem:
        messages.error(request, problem.sentence)
        return redirect("studio")
    messages.success(request, f"Version {version.number} is published. The next case follows it; open cases keep theirs.")
    return redirect("studio")


@require_safe
def version_diagram(request: HttpRequest, number: int, file: str) -> HttpResponse:
    """A diagram as a published version has it."""
    user = owner(request)
    version = user.landlord.pack.versions.filter(number=number).first()
    if version is None or file not in version.files or not file.endswith(".bpmn"):
        raise NotFound
    shown = bpmn.read(file, version.files[file])
    links = {
        e.id: reverse("version-diagram", args=[number, f]) for e in shown.elements.values() if (f := _file_of(version.files, e.called))
    }
    svg = draw(shown, {}, links=links, title=shown.name)
    return render(request, "studio/version.html", {"version": version, "shown": shown, "diagram": mark_safe(svg)})  # noqa: S308


def _file_of(files: Mapping[str, str], process: str) -> str:
    """The file that holds a process; "" for none."""
    return next((f for f, text in files.items() if process and f.endswith(".bpmn") and f'<bpmn:process id="{process}"' in text), "")


def _shown(draft: Draft, file: str) -> Diagram:
    if file not in draft.files or not file.endswith(".bpmn"):
        raise NotFound("There is no such diagram in the draft.")
    return bpmn.read(file, draft.files[file])


@require_safe
def modeller(request: HttpRequest, file: str) -> HttpResponse:
    """The drawing canvas, with the list of steps beside it as the keyboard's way."""
    draft = draft_for(owner(request))
    shown = _shown(draft, file)
    data = {
        "xml": draft.files[file], "saveUrl": reverse("modeller-save", args=[file]), "revision": draft.revision, "csrf": get_token(request),
        "readOnly": False, "process": shown.process, "catalogue": catalogue_for(draft.files),
        "findings": [_as_json(finding) for finding in findings_in(draft.files) if finding.file == file],
    }  # fmt: skip
    return render(request, "studio/modeller.html", {"draft": draft, "file": file, "shown": shown, "data": data, "steps": _steps(shown)})


def _steps(shown: Diagram) -> list[Element]:
    named = [element for element in shown.elements.values() if element.name]
    return sorted(named, key=lambda e: (shown.boxes[e.id].x, shown.boxes[e.id].y) if e.id in shown.boxes else (0, 0))


def _as_json(finding: Finding) -> dict[str, str]:
    return {**finding.as_dict(), "name": finding.name or finding.element}


@require_POST
def save(request: HttpRequest, file: str) -> JsonResponse:
    """Save from the canvas. Answers in JSON: 200 kept, 409 somebody else saved, 413 too large, 422 refused."""
    try:
        user = owner(request)
        body = json.loads(request.body)
        saved = commands.save_diagram(file=file, xml=str(body["xml"]), revision=int(body["revision"]), by=user, now=timezone.now())
    except RequestDataTooBig:
        return JsonResponse({"sentence": "The drawing is too large; take something out.", "findings": []}, status=413)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return JsonResponse({"sentence": "The drawing did not arrive whole. Save it again.", "findings": []}, status=422)
    except ChangedMeanwhile as changed:
        return JsonResponse({"sentence": changed.sentence}, status=409)
    except PackRefused as refused:
        return JsonResponse({"sentence": refused.sentence, "findings": [_as_json(f) for f in refused.findings]}, status=422)
    except NotAllowed as refused_role:
        return JsonResponse({"sentence": refused_role.sentence, "findings": []}, status=403)
    except NotFound as missing:
        return JsonResponse({"sentence": missing.sentence, "findings": []}, status=404)
    except DomainError as problem:
        return JsonResponse({"sentence": problem.sentence, "findings": []}, status=422)
    found = [_as_json(finding) for finding in saved.findings if finding.file == file]
    return JsonResponse({"revision": saved.revision, "saved_at": timezone.localtime().strftime("%H:%M"), "findings": found})


def step(request: HttpRequest, file: str, element: str) -> HttpResponse:
    """One step's name, form, promise, operation and words, without the canvas."""
    user = owner(request)
    draft = draft_for(user)
    one = _shown(draft, file).elements.get(element)
    if one is None:
        raise NotFound("There is no such step in the diagram.")
    if request.method == "POST":
        said = {
            key: str(request.POST[key])
            for key in request.POST
            if key in ("name", "table", "operation", *PROPERTIES, *marks.SAID) or key.startswith("parameter-")
        }
        saved = commands.save_step(file=file, element=element, said=said, by=user, now=timezone.now())
        for finding in (f for f in saved.findings if f.element == element):
            messages.warning(request, f"{finding.sentence} {finding.mend}")
        messages.success(request, f"“{one.label}” is kept in the draft.")
        return redirect(reverse("modeller", args=[file]) + "#steps")
    offers = catalogue_for(draft.files)
    context = {
        "file": file, "element": one, "offers": offers, "parameters": _parameters(one, offers),
        "named": _event_name(one, offers), "stops": _may_go_on(one),
        "repeats": one.kind in ACTIVITIES and not one.event_sub_process, "how": marks.how_often(one), "often": marks.OFTEN,
    }  # fmt: skip
    return render(request, "studio/step.html", context)


def _event_name(element: Element, offers: dict[str, Any]) -> dict[str, Any] | None:
    """What a signal, escalation or error is called, and the names there are."""
    return {"label": marks.CALLED[element.event], "known": offers[f"{element.event}s"]} if element.event in marks.CALLED else None


def _may_go_on(element: Element) -> bool:
    """Whether it can be said that it does not stop what it happens in."""
    return element.event not in ("", "error") and element.kind in ("boundaryEvent", "startEvent")


def _parameters(element: Element, offers: dict[str, Any]) -> list[dict[str, Any]]:
    if element.operation is None:
        return []
    kind = next((o for o in offers["operations"] if o["value"] == element.operation.name), None)
    given = element.operation.parameters
    return (
        [
            {**parameter, "value": given.get(parameter["name"], ""), "bare": given.get(parameter["name"], "").strip("'")}
            for parameter in kind["parameters"]
        ]
        if kind
        else []
    )


def wording(request: HttpRequest, key: str) -> HttpResponse:
    """The words of a form: title, introduction, questions, hints and choices."""
    user = owner(request)
    draft = draft_for(user)
    file = f"forms/{key}.json"
    if file not in draft.files:
        raise NotFound("There is no such form in the draft.")
    problems: list[str] = []
    if request.method == "POST":
        try:
            commands.save_wording(key=key, words={k: str(v) for k, v in request.POST.items()}, by=user, now=timezone.now())
        except DomainError as problem:
            problems = [problem.sentence]
        else:
            messages.success(request, "The form is kept in the draft.")
            return redirect("studio")
    form = json.loads(draft.files[file])
    if problems:
        form = {**form, "title": request.POST.get("title", ""), "intro": request.POST.get("intro", "")}
    return render(request, "studio/wording.html", {"form": form, "problems": problems}, status=422 if problems else 200)


def settings(request: HttpRequest) -> HttpResponse:
    """What was decided once for the whole procedure: of the draft, to be changed; else of the live version, to be read."""
    user = owner(request)
    draft, live = commands.draft_of(user), live_version(user.landlord)
    problems: dict[str, str] = {}
    if request.method == "POST":
        try:
            commands.save_settings(said={k: str(v) for k, v in request.POST.items()}, by=user, now=timezone.now())
        except InvalidAnswers as problem:
            problems = problem.problems
        else:
            messages.success(request, "The settings are kept in the draft.")
            return redirect("settings")
    shown = read_pack(draft.files if draft else live.files).settings.values()
    decided = {one.code: _typed(one.starts if one.kind == "switch" else one.value) for one in shown}
    said: Mapping[str, str] = request.POST if problems else decided
    context = {
        "draft": draft, "live": live, "settings": [(one, said.get(one.code, ""), problems.get(one.code, "")) for one in shown],
        "problems": [{"target": code, "error": sentence} for code, sentence in problems.items()],
    }  # fmt: skip
    return render(request, "studio/settings.html", context, status=422 if problems else 200)


def _typed(value: object) -> str:
    """A setting's value as it is typed into its field."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None:
            return ""
    return str(value)
