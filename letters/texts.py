"""A letter as plain text for an e-mail, and the short text message that says one is there.

Knows pages of HTML as `render.py` makes them, no gateways and no addresses. Anyone may read over a shoulder or pick up a
phone: neither a subject line nor a text message tells what the letter is about.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import dates
from .catalogue import MESSAGE_FIELD, Kind
from .errors import DoesNotFit, NeedsNotMet
from .plain import plain
from .render import values_of
from .wording import get

#: Two parts of a joined message; a part is 153 characters of the phone networks' own alphabet (GSM 03.38).
MESSAGE_LIMIT = 306
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")
_SPELT = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i"}
)
#: From the fullest to the shortest: the first that fits is sent.
_READY = (
    "{{ landlord.name }}: we have written a letter to you. Our reference: {{ case.reference }}. {{ by }}To talk about it, or to have it"
    " read to you, call {{ landlord.phone }} ({{ landlord.hours }}). Call too if you would rather have it on paper.",
    "{{ landlord.name }}: we have written a letter to you. Our reference: {{ case.reference }}. {{ by }}To talk about it, have it read"
    " to you or get it on paper, call {{ landlord.phone }}.",
)


@dataclass(frozen=True, slots=True)
class Text:
    """What goes into an e-mail."""

    subject: str
    body: str


def retold(page: str, data: Mapping[str, Any]) -> Text:
    """A letter's page, as it was kept when the letter was made, as plain text: it says what the PDF of that page says."""
    landlord, reference = data["landlord"], data["case"]["reference"]
    equal = f"Would you rather have this on paper, or have it read to you? Call {landlord['name']} on {landlord['phone']}."
    subject = " ".join(f"A letter from {landlord['name']}, our reference {_quiet(reference)}".split())
    return Text(subject=subject, body=f"{plain(page)}\n\n{equal}\n")


def as_message(kind: Kind, data: Mapping[str, object]) -> str:
    """The text message: who writes, the reference, that there is a letter, by when to call which number; never what it is about."""
    values = _values(kind, data)
    by = values.get("reply_by") or values.get("object_by")
    values["case"] = {**values["case"], "reference": _quiet(values["case"]["reference"])}
    values["by"] = f"Please call by {_printed(by)}. " if by else ""
    for words in (kind.message,) if kind.message else _READY:
        said = gsm(MESSAGE_FIELD.sub(lambda field: _said(values, field[1]), words))
        if septets(said) <= MESSAGE_LIMIT:
            return said
    raise DoesNotFit("The text message is too long. Shorten the landlord's name or phone number in the landlord's settings.")


def _quiet(reference: str) -> str:
    """The reference without the letters at its beginning, which tell whoever sees a screen what sort of case it is."""
    return re.sub(r"\A[A-Za-z]+[-/ ](?=.*\d)", "", reference)


def gsm(text: str) -> str:
    """The text in the phone networks' alphabet: accents that it lacks are left off, and what is left is a question mark."""
    return "".join(map(_in_gsm, unicodedata.normalize("NFC", " ".join(text.split())).translate(_SPELT)))


def septets(text: str) -> int:
    """The room that a text takes: some characters count twice."""
    return sum(2 if character in _GSM_TWICE else 1 for character in text)


def _in_gsm(character: str) -> str:
    if character in _GSM or character in _GSM_TWICE:
        return character
    bare = unicodedata.normalize("NFKD", character)[0]
    return bare if bare in _GSM else "?"


def _values(kind: Kind, data: Mapping[str, object]) -> dict[str, Any]:
    values, faults = values_of(kind, data)
    if faults:
        raise NeedsNotMet(faults)
    return values


def _said(values: Mapping[str, Any], name: str) -> str:
    return _printed(get(values, name) or "")


def _printed(value: object) -> str:
    if isinstance(value, dt.datetime):
        return dates.moment(value)
    return dates.day(value) if isinstance(value, dt.date) else str(value)
