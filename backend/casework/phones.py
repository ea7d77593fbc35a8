"""UK telephone numbers, compared without spaces, country or leading nought; as `caseway_findable` keeps them."""

from __future__ import annotations

import re

#: A shorter number is no whole number: half the town could share it.
WHOLE = 9


def national(number: str) -> str:
    """The digits by which two ways of writing a number are the same."""
    return re.sub(r"^(0044|44|0)", "", re.sub(r"\D", "", number))
