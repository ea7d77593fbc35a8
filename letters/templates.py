"""The one Jinja2 environment: strict about names, escaping every value. Nothing that a landlord edits enters it.

Knows where templates lie, not what they say.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from . import dates

BASE = Path(__file__).parent / "base"
KINDS = Path(__file__).parent / "kinds"


@cache
def environment() -> Environment:
    """The environment, kept for the life of the process."""
    made = Environment(
        loader=PrefixLoader({"base": FileSystemLoader(BASE), "kinds": FileSystemLoader(KINDS)}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=dates.day, moment=dates.moment, unbroken=unbroken)
    return made


def unbroken(text: str) -> str:
    """A phone number that no line end tears apart."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
