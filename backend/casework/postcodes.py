"""UK postcodes: tidied, and their outward part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

#: The general shape; whether a postcode exists is Royal Mail's to say.
_SHAPE = re.compile(r"(GIR|[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]?)([0-9][ABD-HJLNP-UW-Z]{2})\Z")

#: What to do about one that `tidy` does not take.
NOT_WHOLE = "Enter a full UK postcode, like PE13 2AB, or leave it empty"


def tidy(text: str) -> str | None:
    """The postcode in capitals with one space, or None when it is not one."""
    found = _SHAPE.match(re.sub(r"\s+", "", text).upper())
    return f"{found[1]} {found[2]}" if found else None


def outward(text: str) -> str:
    """The part before the space, or ""."""
    tidied = tidy(text)
    return tidied.split()[0] if tidied else ""


class Covers(Protocol):
    """Something that says which postcodes begin in it."""

    postcodes: list[str]


Area = TypeVar("Area", bound=Covers)


def patch_for(patches: Iterable[Area], postcode: str) -> Area | None:
    """The patch whose postcode beginning fits best, longest first."""
    fitting = [(code, patch) for patch in patches for code in patch.postcodes if postcode.startswith(code)]
    return max(fitting, key=lambda found: len(found[0]), default=("", None))[1] if outward(postcode) else None
