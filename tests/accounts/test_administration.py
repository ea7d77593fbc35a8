"""Administrators make, move and disable users; what they do is written down and takes effect at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from backend.accounts import commands
from backend.accounts.commands import EmailTaken
from backend.accounts.models import Landlord, Patch, Role, User
from backend.audit.models import Entry
from backend.demo.landlord import everybody
from backend.errors import DomainError, NotAllowed
from backend.workflow.packs import flattened

Who = Callable[[str], User]


def save(user: User | None, by: User, now: datetime, **changes: object) -> User:
    fields: dict[str, object] = {
        "name": "Nia Frost", "email": "nia@fenbridge.example", "phone": "", "team": None,
        "roles": Role.objects.filter(landlord=by.landlord, code="case-officer"), "patches": Patch.objects.none(), "active": True,
    }  # fmt: skip
    return commands.save_user(user=user, by=by, now=now, **{**fields, **changes})  # type: ignore[arg-type]


def test_a_new_user_is_made_with_roles_and_written_down(landlord: Landlord, user: Who, now: datetime) -> None:
    nia = save(None, user("admin"), now)
    assert nia.can("work") and not nia.can("administer") and not nia.has_usable_password()
    assert Entry.objects.get(verb="save_user").sentence == "Made the user Nia Frost"


def test_a_disabled_user_is_signed_out_at_once(landlord: Landlord, user: Who, now: datetime) -> None:
    nia, client = save(None, user("admin"), now), Client()
    client.force_login(nia)
    assert client.get(reverse("tasks")).status_code == 200
    save(nia, user("admin"), now, active=False)
    assert client.get(reverse("tasks")).status_code == 302


def test_two_people_cannot_share_an_address_and_nobody_shuts_themselves_out(landlord: Landlord, user: Who, now: datetime) -> None:
    with pytest.raises(EmailTaken):
        save(None, user("admin"), now, email="OFFICER@fenbridge.example")
    admin = user("admin")
    with pytest.raises(DomainError, match="yourself"):
        save(admin, admin, now, active=False, email=admin.email)


def test_only_an_administrator_may(landlord: Landlord, user: Who, now: datetime) -> None:
    for name in ("leader", "officer", "owner", "calls"):
        with pytest.raises(NotAllowed):
            save(None, user(name), now)
        with pytest.raises(NotAllowed):
            commands.save_patch(patch=None, name="X", postcodes=[], by=user(name), now=now)


@pytest.mark.django_db
def test_a_landlord_of_ones_own_begins_with_a_link_for_its_administrator(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_landlord", "ours", "Our Homes", "--administrator", "Ann Other", "ann@ours.example")
    link = capsys.readouterr().out.strip()
    assert Client().get(urlsplit(link).path).status_code == 200
    assert User.objects.get(email="ann@ours.example").can("administer")
    assert Landlord.objects.get(code="ours").pack.live is not None


def test_a_landlord_starts_with_the_procedure_of_its_folder(db: None) -> None:
    given = everybody()[1].folder.name
    call_command("make_landlord", "ours", "Our Homes", "--pack", given, "--administrator", "Ann Other", "ann@ours.example")
    assert dict(Landlord.objects.get(code="ours").pack.live.files) == flattened(settings.PACKS_DIR / given)
    with pytest.raises(CommandError, match="no procedure in processes/nowhere"):
        call_command("make_landlord", "theirs", "Their Homes", "--pack", "nowhere", "--administrator", "Ann Other", "ann@theirs.example")
