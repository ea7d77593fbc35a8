"""Reading each file of a pack once: most versions differ in one file, and each page of a draft looks at all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Read = TypeVar("Read")
#: So many files of each sort are remembered, and none that is longer: a few landlords' diagrams or forms, the longest of which has
#: 69,000 characters.
FILES, CHARACTERS = 300, 80_000


def once(reader: Callable[[str, str], Read]) -> Callable[[str, str], Read]:
    """Remember what `reader` made of a name and a text. It must give what nobody changes; what it refuses is read again."""
    remembered = lru_cache(maxsize=FILES)(reader)

    @wraps(reader)
    def read(name: str, text: str) -> Read:
        return remembered(name, text) if len(text) <= CHARACTERS else reader(name, text)

    return read
