"""Somebody across cases: their page, joining and parting, safe contact, and what they agreed to."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from backend.accounts import powers
from backend.casework import access, consents, people, safety
from backend.casework.models import Consent, Party, Person
from backend.casework.search import search
from backend.correspondence import commands as correspondence
from backend.correspondence import reading
from backend.errors import DomainError, NotFound
from backend.web.ask import form_context, needs, typed, who
from backend.workflow.forms import Form, Option, Question


@require_safe
@needs(powers.WORK)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    known = people.known(who(request), person_id)
    if known.person.pk != person_id:
        return redirect("person", known.person.pk)
    return render(request, "people/person.html", {"known": known, "person": known.person})


_REASON = Question("reason", "How do you know?", "line", "Like “Same date of birth, checked by telephone”. Each case’s history keeps it.")
_JOIN = Form("join", "", "", "", "", (_REASON,))
_PART = Form("part", "", "", "", "", (Question("reason", "Why are they two people?", "line", "It is kept in each case’s history."),))


@needs(powers.WORK)
def join(request: HttpRequest, person_id: int, other_id: int) -> HttpResponse:
    """Look at two entries side by side, then say that they are one person."""
    user = who(request)
    kept, twice = access.person_for(user, person_id), access.person_for(user, other_id)

    def act(reason: str) -> None:
        people.join(person=twice, into=kept, reason=reason, by=user, now=timezone.now())

    context = {"heading": "Are they the same person?", "person": kept, "both": (kept, twice), "button": "They are the same person"}
    return _asked(request, _JOIN, act, context, "They are one person now.", kept)


@needs(powers.WORK)
def part(request: HttpRequest, person_id: int, other_id: int) -> HttpResponse:
    """Undo a joining."""
    user = who(request)
    kept = access.person_for(user, person_id)
    twice = kept.duplicates.filter(pk=other_id).first()
    if twice is None:
        raise NotFound

    def act(reason: str) -> None:
        people.part(person=twice, reason=reason, by=user, now=timezone.now())

    context = {"heading": "Are they two people?", "person": kept, "both": (kept, twice), "button": "They are two people"}
    return _asked(request, _PART, act, context, "They are two people again.", kept)


def _asked(
    request: HttpRequest, form: Form, act: Callable[[str], None], context: dict[str, object], said: str, back: Person
) -> HttpResponse:
    data, error = typed(request.POST), None
    if request.method == "POST":
        try:
            act(next(iter(data.get("reason", [])), ""))
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, said)
            return redirect("person", back.pk)
    return render(request, "people/sure.html", form_context(form, data, error, {}) | context, status=422 if error else 200)


# Safe contact

_SAFE = Form(
    "safe", "", "", "", "",
    (
        Question("rules", "What must never be done?", "choices", required=False, options=(
            Option("post", "Never write to the home", "Letters are held until somebody says how they reach the person."),
            Option("message", "Never leave a message", "No voicemail, no word with whoever answers, no card through the door."),
        )),
        Question("ways", "How is it safe to reach them?", "paragraphs", "Like “By text first; she rings back”.", required=False),
        Question("times", "When is it safe?", "paragraphs", "Like “Weekdays between 10am and 2pm, never at weekends”.", required=False),
        Question("numbers", "At which numbers or addresses?", "paragraphs", "They are in no letter to anybody else.", required=False),
        Question("words", "What do you say?", "paragraphs", "Who you say you are if somebody else answers.", required=False),
    ),
)  # fmt: skip
_LIFT = Form("lift", "", "", "", "", (Question("reason", "Why is it safe now?", "line", "It is kept in each case’s history."),))


@needs(powers.WORK)
def safe_contact(request: HttpRequest, person_id: int) -> HttpResponse:
    user = who(request)
    one = access.person_for(user, person_id)
    data, error = typed(request.POST), None
    if request.method == "POST":
        rules = data.get("rules", [])
        texts = {key: "\n".join(data.get(key, [])) for key in ("ways", "times", "words", "numbers")}
        try:
            safety.set_safe_contact(
                person=one, never_post="post" in rules, never_message="message" in rules, by=user, now=timezone.now(), **texts
            )
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"Everybody who works with {one.name} sees this from now on.")
            return redirect("person", one.pk)
    elif (standing := one.safety) is not None:
        data = {key: [getattr(standing, key)] for key in standing.SEALED}
        data["rules"] = [rule for rule, holds in (("post", standing.never_post), ("message", standing.never_message)) if holds]
    return render(request, "people/safe_contact.html", form_context(_SAFE, data, error, {}) | {"person": one}, status=422 if error else 200)


@needs(powers.WORK)
def letters_to(request: HttpRequest, person_id: int) -> HttpResponse:
    """How somebody reads letters: a second language, large print."""
    user = who(request)
    one = access.person_for(user, person_id)
    data, error = typed(request.POST), None
    if request.method == "POST":
        said = {key: next(iter(data.get(key, [])), "") for key in ("language", "large_print")}
        try:
            reading.set_reading(
                person=one, language=said["language"], large_print=said["large_print"] == "yes", by=user, now=timezone.now()
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"Letters to {one.name} are made like this from now on.")
            return redirect("person", one.pk)
    else:
        data = {"language": [one.letters_in], "large_print": ["yes" if one.large_print else "no"]}
    context = form_context(_letters_form(), data, error, {}) | {"person": one}
    return render(request, "people/letters.html", context, status=422 if error else 200)


def _letters_form() -> Form:
    tongues = (Option("", "English only"), *(Option(code, f"English with {name} beside it") for code, name in reading.tongues().items()))
    hint = "The English counts; the other language is for information. A letter that has no text in it yet goes in English."
    return Form("reading", "", "", "", "", (
        Question("language", "Which language do they read?", "choice", hint, required=False, options=tongues),
        Question("large_print", "Do they need large print?", "yes_no", required=False),
    ))  # fmt: skip


@needs(powers.WORK)
def lift(request: HttpRequest, person_id: int) -> HttpResponse:
    """Take the rules away, with a reason."""
    user = who(request)
    one = access.person_for(user, person_id)

    def act(reason: str) -> None:
        safety.lift_safe_contact(person=one, reason=reason, by=user, now=timezone.now())

    context = {"heading": "Is it safe now?", "person": one, "both": (), "button": "Take the rules away"}
    return _asked(request, _LIFT, act, context, f"{one.name} is reached as everybody else is.", one)


_RELEASE = Form(
    "release", "", "", "", "",
    (Question("why", "How will it reach them safely?", "line", "Like “Given to her at the school on Friday”. The history keeps it."),),
)  # fmt: skip


@needs(powers.WORK)
def release(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Have a held letter made, to be given in a safe way."""
    user = who(request)
    letter, data, error = correspondence.letter_for(user, letter_id), typed(request.POST), None
    if request.method == "POST":
        try:
            correspondence.release(letter_id=letter.pk, how=next(iter(data.get("why", [])), ""), by=user, now=timezone.now())
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "The letter is being made. Give it in the way that you wrote down; it may not be posted.")
            return redirect(f"{reverse('case', args=[letter.case.reference])}#letters")
    context = form_context(_RELEASE, data, error, {}) | {"letter": letter, "person": letter.party.person if letter.party else None}
    return render(request, "people/release.html", context, status=422 if error else 200)


# Consent

_CONSENT = Form(
    "consent", "", "", "", "",
    (
        Question("action", "What is it about?", "choice", options=tuple(Option(code, label) for code, label in Consent.ACTIONS)),
        Question("answer", "Do they agree?", "choice", options=(
            Option(Consent.GIVEN, "They agreed"),
            Option(Consent.REFUSED, "They refused"),
            Option(Consent.OVERRIDDEN, "We do it without their agreement", "Where somebody is at risk, or the law says so."),
        )),
        Question("reason", "Why, or in what words?", "line", "Needed when you go on without their agreement.", required=False),
    ),
)  # fmt: skip


@needs(powers.WORK)
def consent(request: HttpRequest, reference: str, party_id: int) -> HttpResponse:
    user = who(request)
    found = access.case_for(user, reference)
    party = found.parties.select_related("person", "case").filter(pk=party_id).first()
    if party is None:
        raise NotFound
    data, error = typed(request.POST), None
    if request.method == "POST":
        given = {key: next(iter(data.get(key, [])), "") for key in ("action", "answer", "reason")}
        try:
            consents.record_consent(party=party, by=user, now=timezone.now(), **given)
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, "What they said is kept.")
            return redirect("party", reference, party.pk)
    context = form_context(_CONSENT, data, error, {}) | {"case": found, "party": party}
    return render(request, "people/consent.html", context, status=422 if error else 200)


# Somebody we know already

_ROLE = Question("role", "What part has this person?", "choice", options=tuple(Option(code, label) for code, label in Party.ROLES))
_KNOWN = Form(
    "known", "", "", "", "",
    (_ROLE, Question("confidential", "Keep this person’s name from everybody outside the team?", "yes_no", required=False)),
)  # fmt: skip


@needs(powers.WORK)
def add_known(request: HttpRequest, reference: str) -> HttpResponse:
    """Look for a tenant or somebody of another case, and add them without typing their details again."""
    user = who(request)
    found, text = access.case_for(user, reference), request.GET.get("find", "").strip()[:200]
    chosen = access.person_for(user, int(number)) if (number := request.GET.get("person", "")).isdecimal() and len(number) < 18 else None
    data, error = typed(request.POST), None
    if request.method == "POST" and chosen is not None:
        role, confidential = (next(iter(data.get(key, [])), "") for key in ("role", "confidential"))
        try:
            people.add_known_party(
                case=found, person=chosen, role=role, confidential=confidential == "yes", by=user, now=timezone.now()
            )  # fmt: skip
        except DomainError as problem:
            error = problem
        else:
            messages.success(request, f"{chosen.name} is on the case.")
            return redirect(f"{reverse('case', args=[reference])}#people")
    data = data or {"role": [request.GET.get("role", "")]}
    shown = search(user, text).people if text and chosen is None else []
    context = form_context(_KNOWN, data, error, {}) | {"case": found, "text": text, "people": shown, "chosen": chosen}
    return render(request, "people/known.html", context, status=422 if error else 200)
