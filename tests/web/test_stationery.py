"""An administrator's pages about letters: how they look, and what a lawyer has confirmed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from backend.accounts.models import Landlord, Letterhead, User
from backend.correspondence.models import Confirmed
from backend.correspondence.wording.confirmed import standings

Who = Callable[[str], User]
DAY = {"confirmed_on-day": "1", "confirmed_on-month": "11", "confirmed_on-year": "2026"}


@pytest.fixture
def client(user: Who) -> Client:
    client = Client()
    client.force_login(user("admin"))
    return client


def text(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def a_logo() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 20), "navy").save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def test_how_letters_look_is_decided_on_a_page_and_shown_on_an_example(client: Client, landlord: Landlord) -> None:
    said = {"colour": "#7a1f5c", "signatory": "Safer Homes", "service": "Serve us at 1 High Street."}
    client.post(reverse("letterhead"), {**said, "logo": a_logo()})
    example = client.get(reverse("letterhead-example"))
    assert all(words in text(example) for words in ("Safer Homes", "Serve us at 1 High Street.", "--brand: #7a1f5c", "data:image/png"))
    assert example.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    client.post(reverse("letterhead"), said)
    assert Letterhead.objects.get().logo
    client.post(reverse("letterhead"), {**said, "without_logo": "yes"})
    assert not Letterhead.objects.get().logo


def test_a_colour_or_logo_that_cannot_be_used_is_refused_and_what_was_typed_stays(client: Client, landlord: Landlord) -> None:
    wrong = {"colour": "#ffff00", "signatory": "Safer Homes", "service": "", "logo": SimpleUploadedFile("logo.png", b"GIF89a")}
    answer = client.post(reverse("letterhead"), wrong)
    assert answer.status_code == 422
    assert all(words in text(answer) for words in ("#ffff00 is too pale", "must be a PNG picture", "Safer Homes"))
    assert not Letterhead.objects.exists()


def test_what_a_lawyer_confirmed_is_ticked_on_its_page(client: Client, user: Who, landlord: Landlord, now: datetime) -> None:
    listed = text(client.get(reverse("confirmed")))
    assert "Cannot be issued" in listed and "Not confirmed" in listed
    one = next(one for one in standings(user("admin"), now.date()) if not one.kind.prescribed)
    page = reverse("confirm", args=[one.kind.code])
    assert client.get(reverse("confirm-example", args=[one.kind.code])).status_code == 200
    answer = client.post(page, {"wording": one.kind.version, "lawyer": "", **DAY})
    assert answer.status_code == 422 and not Confirmed.objects.exists()
    client.post(page, {"wording": one.kind.version, "lawyer": "A Solicitor", **DAY})
    assert "Confirmed by A Solicitor on Sunday 1" in text(client.get(reverse("confirmed")))


def test_the_text_of_a_prescribed_form_is_refused_with_its_line_and_stays_in_its_box(client: Client, landlord: Landlord) -> None:
    said = {
        "text": "# Form 3\n\n{{ tenant }}", "version": "May 2026", "lawyer": "A Solicitor", **DAY,
        "valid_from-day": "1", "valid_from-month": "5", "valid_from-year": "2026",
    }  # fmt: skip
    answer = client.post(reverse("confirm", args=["form-3"]), said)
    assert answer.status_code == 422
    assert "Line 3: no letter knows {{ tenant }}." in text(answer) and "# Form 3\n\n{{ tenant }}" in text(answer)
    assert not Confirmed.objects.exists()


@pytest.mark.parametrize("name", ["letterhead", "letterhead-example", "confirmed"])
def test_only_an_administrator_comes_here(name: str, user: Who) -> None:
    other = Client()
    other.force_login(user("owner"))
    assert other.get(reverse(name)).status_code == 403
