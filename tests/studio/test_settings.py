"""The process owner's page of settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.studio import commands
from backend.studio.models import Draft
from backend.workflow.packs import read_pack
from backend.workflow.publishing import live_version

Who = Callable[[str], User]


@pytest.fixture
def client(user: Who) -> Client:
    client = Client()
    client.force_login(user("owner"))
    return client


def typed() -> dict[str, str]:
    kinds = {"one_of": "pause", "yes_no": "no", "whole": "10", "switch": ""}
    settings = read_pack(Draft.objects.get().files).settings.values()
    return {one.code: str(one.value) if one.kind == "one_of" else kinds[one.kind] for one in settings}


def test_settings_are_read_on_the_live_version_and_decided_anew_in_a_draft(
    client: Client, user: Who, landlord: Landlord, now: datetime
) -> None:
    page = client.get(reverse("settings")).content.decode()
    assert "Private registered provider" in page and "Keep in the draft" not in page and "Off" in page
    commands.open_draft(by=user("owner"), now=now)
    said = {**typed(), "landlord_type": "almo", "respect_orders": "2027-04-01", "objection_days": "7", "cpn_designated": "yes"}
    assert "The settings are kept in the draft." in client.post(reverse("settings"), said, follow=True).content.decode()
    kept = read_pack(Draft.objects.get().files).settings
    assert (kept["landlord_type"].value, kept["respect_orders"].starts) == ("almo", date(2027, 4, 1))
    assert (kept["objection_days"].value, kept["cpn_designated"].value) == (7, True)
    assert live_version(landlord).contents.settings["landlord_type"].value == "registered-provider"
    assert 'value="2027-04-01"' in client.get(reverse("settings")).content.decode()


def test_what_makes_no_sense_is_said_beside_its_setting_and_what_was_typed_stays(client: Client, user: Who, now: datetime) -> None:
    commands.open_draft(by=user("owner"), now=now)
    before = Draft.objects.get().files
    answer = client.post(reverse("settings"), {**typed(), "objection_days": "ten", "landlord_type": "charity"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="objection_days-error"' in page and 'value="ten"' in page
    assert 'href="#landlord_type"' in page
    assert Draft.objects.get().files == before
