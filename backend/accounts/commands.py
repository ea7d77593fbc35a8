"""What an administrator does: make, move and disable users, teams and patches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from backend.accounts import powers
from backend.accounts.invitations import invite
from backend.accounts.models import TOLD, Landlord, Patch, Role, Team, User
from backend.audit.models import record
from backend.errors import DomainError, InvalidAnswers, NotAllowed, NotFound


class EmailTaken(DomainError):
    """Somebody already signs in with this e-mail address. Use another, or change that person's entry."""


def _administrator(by: User, landlord: Landlord) -> None:
    if not by.can(powers.ADMINISTER) or by.landlord_id != landlord.pk:
        raise NotAllowed


@transaction.atomic
def save_user(
    *, user: User | None, name: str, email: str, phone: str, team: Team | None, roles: Collection[Role],
    patches: Iterable[Patch], active: bool, by: User, now: datetime,
) -> User:  # fmt: skip
    """Make a user, or change one. Ends the sessions of a user who is disabled or whose roles change."""
    _administrator(by, by.landlord)
    email = email.strip().lower()
    _check_details(name, email, phone)
    others = User.objects.exclude(pk=user.pk) if user else User.objects.all()
    if others.filter(email=email).exists():
        raise EmailTaken
    if user is not None and user.pk == by.pk and not active:
        raise DomainError("You cannot disable yourself. Ask another administrator.")
    person = user or User(landlord=by.landlord)
    before = set(person.roles.all()) if person.pk else set()
    person.name, person.email, person.phone, person.team, person.is_active = name.strip(), email, phone.strip(), team, active
    if person.pk is None:
        person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise EmailTaken from None
    if person.pk == by.pk and not any(powers.ADMINISTER in role.powers for role in roles):
        raise DomainError("You cannot take the administrator’s role from yourself. Ask another administrator.")
    person.roles.set(roles)
    person.patches.set(patches)
    if before and (before != set(person.roles.all()) or not active):
        end_sessions(person)
    said = "Made" if user is None else "Changed" if active else "Disabled"
    record(
        "save_user",
        f"{said} the user {person.name}",
        landlord=by.landlord,
        by=by,
        at=now,
        user=person.pk,
        roles=sorted(r.code for r in person.roles.all()),
    )
    return person


def _check_details(name: str, email: str, phone: str) -> None:
    problems = {}
    if len(name.strip()) > 100:
        problems["name"] = "Shorten the name to 100 characters"
    if len(phone.strip()) > 40:
        problems["phone"] = "Shorten the number to 40 characters"
    try:
        validate_email(email)
    except ValidationError:
        problems["email"] = "Enter an e-mail address like name@example.com"
    if problems or len(email) > 254:
        raise InvalidAnswers(problems or {"email": "This address is too long"})


@transaction.atomic
def choose_how_told(*, how: str, by: User, now: datetime) -> None:
    """How this person hears of their own work."""
    if how not in dict(TOLD):
        raise InvalidAnswers({"told": "Choose how you want to be told"})
    User.objects.filter(pk=by.pk).update(told=how)
    record("choose_how_told", f"{by.name} chose how to be told of work", landlord=by.landlord, by=by, at=now, told=how)


@dataclass(frozen=True)
class Invited:
    """Somebody with the two parts of their one-use link."""

    user: User
    link: tuple[str, str]


@transaction.atomic
def invite_user(*, user: User | None, by: User, now: datetime) -> Invited:
    """A one-use link with which the user chooses a password."""
    _administrator(by, by.landlord)
    if user is None or user.landlord_id != by.landlord_id or not user.is_active:
        raise NotFound
    record("invite_user", f"Made a password link for {user.name}", landlord=by.landlord, by=by, at=now, user=user.pk)
    return Invited(user, invite(user))


def end_sessions(user: User) -> None:
    """Sign `user` out everywhere."""
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


@transaction.atomic
def save_team(*, team: Team | None, name: str, by: User, now: datetime) -> Team:
    """Make a team, or rename one."""
    _administrator(by, by.landlord)
    group = team or Team(landlord=by.landlord)
    group.name = _named(name, Team.objects.filter(landlord=by.landlord).exclude(pk=group.pk))
    group.save()
    record("save_team", f"Saved the team {group.name}", landlord=by.landlord, by=by, at=now, team=group.pk)
    return group


@transaction.atomic
def save_patch(*, patch: Patch | None, name: str, postcodes: list[str], by: User, now: datetime) -> Patch:
    """Make a patch, or change its name and postcodes."""
    _administrator(by, by.landlord)
    area = patch or Patch(landlord=by.landlord)
    area.name = _named(name, Patch.objects.filter(landlord=by.landlord).exclude(pk=area.pk))
    area.postcodes = [code.strip().upper()[:10] for code in postcodes if code.strip()]
    area.save()
    record("save_patch", f"Saved the patch {area.name}", landlord=by.landlord, by=by, at=now, patch=area.pk)
    return area


def _named(name: str, others: object) -> str:
    if not name.strip() or len(name.strip()) > 100:
        raise DomainError("Enter a name of at most 100 characters.")
    if others.filter(name__iexact=name.strip()).exists():  # type: ignore[attr-defined]  # Team or Patch rows
        raise DomainError(f"There is already one called “{name.strip()}”.")
    return name.strip()
