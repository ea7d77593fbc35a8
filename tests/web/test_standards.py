"""The public page of service standards says what holds today, as the landlord has decided."""

from __future__ import annotations

from datetime import datetime

from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord
from backend.workflow.overlay import lay_over
from backend.workflow.publishing import publish

OURS = {
    "pack.toml": '[[setting]]\ncode = "slower"\nname = "Slower"\nhelp = "Whether more time is given."\nvalue = {0}\n',
    "promises.toml": """
[[promise]]
code = "first-contact"
public = "We contact you within {length}."
lengths = [{ amount = 7, unit = "days", when = "not slower" }, { amount = 8, unit = "days", when = "response == 'urgent'" }, { amount = 9, unit = "days" }]
""",
    "letters.toml": 'standards = [{ standard = "We are kind." }]',
}


def test_the_page_says_the_standards_and_only_the_lengths_that_can_hold_today(landlord: Landlord, now: datetime) -> None:
    live = landlord.pack.live.files
    for value, words in (("false", "within 7 days."), ("true", "within 8 days to 9 days, as the case needs.")):
        publish(landlord=landlord, files=lay_over(live, {**OURS, "pack.toml": OURS["pack.toml"].format(value)}), note="", by=None, now=now)
        page = Client().get(reverse("standards-public", args=[landlord.code])).content.decode()
        assert "We are kind." in page and f"We contact you {words}" in page
    assert (
        reverse("standards-public", args=[landlord.code]) in Client().get(reverse("report-public", args=[landlord.code])).content.decode()
    )
