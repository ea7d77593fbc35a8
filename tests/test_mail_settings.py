"""Where e-mails go is said in one address, and a wrong one stops the start with a sentence."""

from __future__ import annotations

import pytest

from backend.environment import WrongSetting, mail, sender


def test_no_address_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWAY_EMAIL", raising=False)
    assert mail("CASEWAY_EMAIL") == {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}


@pytest.mark.parametrize(
    ("address", "port", "tls", "ssl"),
    [
        ("smtp://me:p%40ss@mail.example:2525", 2525, True, False),
        ("smtps://mail.example", 465, False, True),
        ("smtp+plain://localhost", 25, False, False),
    ],
)
def test_an_address_says_everything(monkeypatch: pytest.MonkeyPatch, address: str, port: int, tls: bool, ssl: bool) -> None:
    monkeypatch.setenv("CASEWAY_EMAIL", address)
    found = mail("CASEWAY_EMAIL")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, tls, ssl)
    assert found["EMAIL_HOST_PASSWORD"] == ("p@ss" if "me:" in address else "")


@pytest.mark.parametrize(
    "address",
    ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example:x", "smtp://mail.example/box", "smtp://mail.example?tls=1"],
)
def test_a_wrong_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("CASEWAY_EMAIL", address)
    with pytest.raises(WrongSetting, match="CASEWAY_EMAIL must look like"):
        mail("CASEWAY_EMAIL")


def test_a_mail_server_needs_a_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWAY_EMAIL_FROM", raising=False)
    assert sender("CASEWAY_EMAIL_FROM", needed=False)
    with pytest.raises(WrongSetting, match="CASEWAY_EMAIL_FROM"):
        sender("CASEWAY_EMAIL_FROM", needed=True)
