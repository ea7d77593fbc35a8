"""How one letter goes: posted by an officer, served by hand, sent by e-mail, told by text; and coming back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from backend.accounts import powers
from backend.casework import evidence
from backend.correspondence import commands, sending
from backend.correspondence.homes import addressed_to
from backend.correspondence.models import Letter, Message, PrintRun, Service
from backend.correspondence.sending import messages as messaging
from backend.correspondence.sending import service
from backend.correspondence.sending.certificates import Given
from backend.correspondence.words import kind_of
from backend.errors import DomainError, NotFound
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form, Option, Question

_POST = tuple(Option(code, f"Posted {label.lower()}") for code, label in PrintRun.CLASSES)
_GIVEN = Option(Letter.HAND, "Given to the person", "A letter that a court may ask about is better served by hand, with a certificate.")


def ways(letter: Letter) -> dict[str, Any]:
    """What a letter's page says of how it goes and has gone."""
    kind = kind_of(letter.case, letter.kind)
    return {
        "post_closed": sending.post_closed(letter), "notice": bool(kind.notice), "digital": sending.digital(kind),
        "service": Service.objects.select_related("photo", "certificate").filter(letter=letter).first(),
        "messages_of": letter.messages.select_related("asked_by"), "returnable": letter.sent_how in service.RETURNABLE,
        "reads_large": (person := addressed_to(letter)) is not None and person.large_print,
    }  # fmt: skip


def _act(request: HttpRequest, letter: Letter, form: Form, act: Callable[[dict[str, Any]], object], **page: Any) -> HttpResponse:
    """Show a form about a letter; do what it asks once it is filled in."""
    choices, known, said = page.pop("choices", {}), page.pop("known", {}), page.pop("said")
    data, error = typed(request.POST), None
    if request.method == "POST":
        try:
            act({answer["key"]: answer["value"] for answer in form.clean(data, choices).answers})
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, said)
            return redirect("letter", letter.pk)
    context = form_context(form, data or known, error, choices) | {"letter": letter, "case": letter.case, **page}
    return render(request, "letters/way.html", context, status=422 if error else 200)


@needs(powers.WORK)
def gone(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Say that one letter was posted, or given to the person."""
    user, now = who(request), timezone.now()
    letter = commands.letter_for(user, letter_id)
    options = (*(() if sending.post_closed(letter) else _POST), *(() if kind_of(letter.case, letter.kind).notice else (_GIVEN,)))
    asked = (Question("how", "How did it go?", "choice", options=options), Question("on", "On which day did it go?", "date"))

    def mark(said: dict[str, Any]) -> None:
        how, on = str(said["how"]), date.fromisoformat(str(said["on"]))
        way, post_class = (Letter.HAND, "") if how == Letter.HAND else (Letter.POST, how)
        sending.mark_sent(letter_id=letter_id, how=way, post_class=post_class, on=on, by=user, now=now)

    page = {"heading": "Say that it is sent", "button": "It is sent", "said": "The letter is marked as sent.", "known": _now("on")}
    closed = {"closed": sending.post_closed(letter), "closed_here": sending.not_ready(letter)}
    return _act(request, letter, Form("gone", "", "", "", "", asked), mark, **closed, **page)


def _now(key: str) -> dict[str, list[str]]:
    local = timezone.localtime()
    parts = {f"{key}-{part}": [str(getattr(local, part))] for part in ("day", "month", "year")}
    return {**parts, f"{key}-time": [f"{local:%H:%M}"]}


_SERVE = (
    Question("how", "How was it served?", "choice", options=(
        Option(service.HAND, "Handed over"),
        Option(service.LEFT, "Left at the home", "Through their own letterbox, or with an adult who lives there."),
    )),
    Question("details", "To whom was it handed, or where exactly was it left?", "line", "Like “into Mr Cole’s own hand”."),
    Question("at", "At what time was it served?", "moment"),
    Question("place", "Where?", "line"),
    Question("server", "Who served it?", "line", "With their job: it stands in the certificate."),
    Question("witness", "Who was with them?", "line", "Two people are better than one before a court.", required=False),
    Question("also", "Was a copy posted on the same day?", "choice", "The later day counts.", required=False, options=(
        Option("", "No"), *_POST,
    )),
    Question("photo", "Which photo shows it?", "officer", "A photo of this case. Add it to the evidence first.", required=False),
)  # fmt: skip


@needs(powers.WORK)
def serve(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Say that a letter was served by hand: its certificate is made from it."""
    user, now = who(request), timezone.now()
    letter = commands.letter_for(user, letter_id)

    def keep(said: dict[str, Any]) -> None:
        photo = evidence.evidence_by_id(user, int(said["photo"])) if said.get("photo") else None
        words = {key: str(said.get(key) or "") for key in ("how", "details", "place", "server", "witness", "also")}
        given = Given(at=datetime.fromisoformat(str(said["at"])), photo=photo, **words)
        service.serve(letter_id=letter_id, given=given, by=user, now=now)

    place = ", ".join(letter.data.get("recipient", {}).get("address", []))
    known = {**_now("at"), "place": [place], "server": [user.name]}
    page = {"heading": "Served by hand", "button": "It was served", "said": "It is served. The page says from which day it counts."}
    words = {"choices": {"photo": service.photos(letter)}, "closed_here": sending.not_ready(letter), "by_hand": True}
    return _act(request, letter, Form("serve", "", "", "", "", _SERVE), keep, known=known, **words, **page)


_BACK = Form("back", "", "", "", "", (Question("why", "Why did it come back?", "line", "Like “addressee gone away”."),))


@needs(powers.WORK)
def back(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Say that a letter came back."""
    user = who(request)
    letter = commands.letter_for(user, letter_id)

    def keep(said: dict[str, Any]) -> None:
        service.came_back(letter_id=letter_id, why=str(said["why"]), by=user, now=timezone.now())

    page = {"heading": "It came back", "button": "It came back", "said": "It is kept that it came back. The page says what to do now."}
    return _act(request, letter, _BACK, keep, **page)


@needs(powers.WORK)
def message(request: HttpRequest, letter_id: int, channel: str) -> HttpResponse:
    """Send a letter by e-mail, or a text that says it is there: what would be sent, to where, or why it may not."""
    user = who(request)
    letter = commands.letter_for(user, letter_id)
    if channel not in messaging.CHANNELS:
        raise NotFound
    closed = messaging.closed(letter, channel)
    person = letter.party.person if letter.party else None
    offered = messaging.addresses(person, channel) if person and not closed else []
    to = Question("to", "To which address?" if channel == messaging.EMAIL else "To which number?", "choice", options=tuple(
        Option(each, each) for each in offered
    ))  # fmt: skip

    def send(said: dict[str, Any]) -> None:
        messaging.send(letter_id=letter_id, channel=channel, to=str(said["to"]), by=user, now=timezone.now())

    subject, body = ("", "") if closed else messaging.words(letter, channel)
    words = {"closed_here": closed, "subject": subject, "body": body, "channel": channel, "safety": person.safety if person else None}
    page = {"heading": f"By {messaging.CHANNELS[channel]}", "button": "Send it", "said": "It is on its way. Look here in a moment."}
    return _act(request, letter, Form("message", "", "", "", "", (to,)), send, known={"to": offered[:1]}, person=person, **words, **page)


_DECISIONS: Mapping[str, tuple[Callable[..., Message], str]] = {
    "again": (messaging.again, "It is sent once more."),
    "arrived": (messaging.arrived, "It is kept that it came."),
}


@require_POST
@needs(powers.WORK)
def decide(request: HttpRequest, message_id: int, decision: str) -> HttpResponse:
    """What a person knows of a message that may not have come."""
    if decision not in _DECISIONS:
        raise NotFound
    command, said = _DECISIONS[decision]
    message = command(message_id=message_id, by=who(request), now=timezone.now())
    messages.success(request, said)
    return redirect("letter", message.letter_id)
