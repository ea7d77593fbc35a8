"""Text that is sealed before it reaches the database, so that a stolen copy or a curious look finds nothing to read.

For what may put somebody in danger. What is sealed cannot be searched. Keys come from `CASEWAY_FIELD_KEY`, newest first, and
last from the secret key: so a landlord can bring in a key of their own, and then a newer one, without losing a word.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

#: Our own salt and purpose: the same secret key signs sessions, and neither use tells anything about the other.
_SALT, _PURPOSE = b"caseway.sealed.1", b"fields at rest"
#: A hidden detail must never look as if there were none.
UNREADABLE = "These words were sealed with a key that is not here any more. Ask your administrator before you do anything."


def seal(text: str) -> str:
    return _box(tuple(settings.FIELD_KEYS), settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """What was sealed, or a sentence that says that it cannot be opened."""
    if not sealed:
        return ""
    try:
        return _box(tuple(settings.FIELD_KEYS), settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return UNREADABLE


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...], secret: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in (*keys, secret)])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), 32, salt=_SALT, info=_PURPOSE).derive(key.encode()))


if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class SealedField(_Text):
    """A text that is sealed on its way in and opened on its way out. It can be compared with nothing."""

    def get_prep_value(self, value: Any) -> str:
        return seal(str(value or ""))

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return unseal(value or "")

    def get_lookup(self, lookup_name: str) -> None:
        """None: Django refuses every filter on the field."""
