"""Letters as an officer writes them, and one letter's own page: its words, its life, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.accounts import powers
from backend.casework import access
from backend.casework.models import Party
from backend.correspondence import commands, notices, reading, writing
from backend.correspondence.models import Letter
from backend.errors import AlreadyDone, DomainError, InvalidAnswers, NotFound, Refused
from backend.framed import framed
from backend.rules.notices_kinds import Row
from backend.web.ask import form_context, needs, number, press_of, typed, who
from backend.web.ways import ways
from backend.workflow.forms import Form, Question


@require_safe
@needs(powers.WORK)
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    """Every letter that can be written in this case, by whom it goes to."""
    case = access.case_for(who(request), reference)
    return render(request, "letters/choose.html", {"case": case, "choices": writing.choices(case, timezone.localdate())})


@needs(powers.WORK)
def write(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Fill in what a letter asks; what the case knows is there already."""
    user, now, error = who(request), timezone.now(), None
    case = access.case_for(user, reference)
    party = _party(case.parties.select_related("person"), request)
    asked, press = writing.sheet(case, code, party, by=user, now=now), press_of(request)
    data = typed(request.POST) if request.method == "POST" else writing.boxes(asked.form, asked.known)
    if request.method == "POST":
        try:
            letter = writing.draft(case=case, code=code, party=party, data=data, press=press, by=user, now=now)
        except DomainError as problem:
            error = problem
        else:
            return redirect("letter", letter.pk)
    context = form_context(asked.form, data, error, {}) | {
        "case": case,
        "kind": asked.kind,
        "advice": asked.advice,
        "party": party,
        "press": press,
    }
    return render(request, "letters/write.html", context, status=422 if error else 200)


def _party(parties: Any, request: HttpRequest) -> Party | None:
    if not (said := request.POST.get("party") or request.GET.get("party")):
        return None
    found: Party | None = parties.filter(pk=number(said)).first()
    if found is None:
        raise NotFound("This person is not in the case.")
    return found


@needs(powers.WORK)
def words(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Write the free parts of a letter anew, before anything of it is made."""
    user, now, error = who(request), timezone.now(), None
    letter = commands.letter_for(user, letter_id)
    if letter.status not in Letter.WRITABLE:
        raise AlreadyDone("The words of this letter cannot be changed any more. Write it again instead.")
    asked = writing.sheet_of(letter, now=now)
    data = typed(request.POST) if request.method == "POST" else writing.boxes(asked.form, asked.known)
    if request.method == "POST":
        try:
            commands.change_words(letter_id=letter_id, typed=writing.typed_in(asked, data), by=user, now=now)
        except DomainError as problem:
            error = problem
        else:
            return redirect("letter", letter_id)
    context = form_context(asked.form, data, error, {}) | {
        "case": letter.case,
        "kind": asked.kind,
        "advice": asked.advice,
        "letter": letter,
    }
    return render(request, "letters/write.html", context, status=422 if error else 200)


@require_safe
@needs(powers.WORK)
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    return _page(request, commands.letter_for(who(request), letter_id))


def _page(
    request: HttpRequest, shown: Letter, error: DomainError | None = None, said: Mapping[str, list[str]] | None = None, tried: str = ""
) -> HttpResponse:
    user = who(request)
    steps = commands.open_steps(shown, user)
    forms = [
        {"step": step, "button": button} | form_context(form, (said or {}) if step == tried else {}, error if step == tried else None, {})
        for step, button, form in _asks(shown) if step in steps
    ]  # fmt: skip
    working, void = _working(shown)
    context = {
        "working": working, "void": void, "copies": commands.copies_of(shown),
        "letter": shown, "case": shown.case, "life": commands.life_of(shown),
        "seen": commands.words_of(shown), "forms": forms,
        "renditions": shown.renditions.all(), "role": commands.role_name(shown),
        "mine": "send-back" not in steps, "steps": steps,
        "beside": reading.tongues().get(shown.language, ""), "manages": user.can(powers.MANAGE),
        "advice": writing.advice_of(shown, now=timezone.now()) if shown.status in _NOT_GONE else None,
        "telling": _telling(shown),
        "problems": [error.sentence] if error and not isinstance(error, InvalidAnswers) else [p for f in forms for p in f["problems"]],
        **ways(shown),
    }  # fmt: skip
    return render(request, "letters/letter.html", context, status=422 if error else 200)


def _telling(shown: Letter) -> Sequence[str]:
    """All the words for which a letter is stopped, where its sentence could not name them all."""
    words = commands.gives_away(shown) if shown.status == Letter.STOPPED else []
    return words if len(words) > commands.NAMED else ()


#: What a person must know before a letter is given still matters.
_NOT_GONE = (*Letter.WRITABLE, Letter.QUEUED, Letter.RENDERED)


def _working(shown: Letter) -> tuple[Sequence[Row], str]:
    """How the dates of a notice were counted, until it is given; or why it would be void now."""
    if shown.status not in _NOT_GONE:
        return (), ""
    try:
        return notices.working(shown, now=timezone.now()), ""
    except Refused as reasons:
        return (), reasons.sentence


def _asks(shown: Letter) -> list[tuple[str, str, Form]]:
    """The steps that need a reason, as small forms: (step, its button, what is asked)."""

    def ask(step: str, button: str, label: str, hint: str = "") -> tuple[str, str, Form]:
        return step, button, Form(step, "", "", "", "", (Question("why", label, "paragraphs", hint),))

    gone = "It has gone out: tell the person as well." if shown.sent_at else "It stays on record."
    return [
        ask("clear", "The words may stand", "Why do these words give nobody away?", "Your reason is kept with the letter."),
        ask("send-back", "Send it back", "What should be different?"),
        ask("withdraw", "Withdraw this letter", "Why is it withdrawn?", gone),
    ]


@require_safe
@needs(powers.WORK)
def preview(request: HttpRequest, letter_id: int) -> HttpResponse:
    """The letter as it would be drawn, for the frame on its page: it can run and fetch nothing."""
    return framed(commands.preview(who(request), letter_id, now=timezone.now()))


#: Step -> the command, what it is given besides the letter, and what the person reads afterwards.
_STEPS: Mapping[str, tuple[Callable[..., Letter], tuple[str, ...], str]] = {
    "finish": (commands.finish, ("seen",), "The letter goes on."),
    "approve": (commands.approve, ("seen",), "You have approved the letter. It is being made."),
    "clear": (commands.clear, ("why", "seen"), "The words stand. Your reason is kept with the letter."),
    "send-back": (commands.send_back, ("why",), "The letter is sent back to be changed."),
    "withdraw": (commands.withdraw, ("why",), "The letter is withdrawn. It stays on record."),
    "again": (commands.write_again, (), "This is a new draft with the same words."),
    "retry": (commands.try_again, (), "The letter is being made again."),
}


@require_POST
@needs(powers.WORK)
def step(request: HttpRequest, letter_id: int, name: str) -> HttpResponse:
    """Take one step in a letter's life."""
    if name not in _STEPS:
        raise NotFound
    command, given, said = _STEPS[name]
    user = who(request)
    try:
        after = command(letter_id=letter_id, by=user, now=timezone.now(), **{key: request.POST.get(key, "") for key in given})
    except InvalidAnswers as problem:
        return _page(request, commands.letter_for(user, letter_id), problem, typed(request.POST), name)
    if after.status == Letter.QUEUED:
        said = "The letter is being made. It takes a few seconds."
    if name in ("finish", "approve", "clear") and after.status in (Letter.STOPPED, Letter.APPROVAL, Letter.HELD, Letter.FAILED):
        messages.warning(request, f"The letter is not made yet. {after.problem}")
    else:
        messages.success(request, said)
    return redirect("letter", after.pk)
