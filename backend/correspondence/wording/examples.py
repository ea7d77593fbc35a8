"""How a kind of letter looks on its worked example, as this landlord would send it. Nothing of it is anybody's."""

from __future__ import annotations

from typing import Any

import letters
from backend.accounts.models import Landlord
from backend.correspondence.words import plain_brand


def on_example(kind: letters.Kind, landlord: Landlord) -> str:
    """A letter of this landlord on its worked example, as one page of HTML."""
    return letters.preview_html(kind, letters.from_json(kind, example_data(kind, landlord, held=True)), plain_brand(landlord))


def example_data(kind: letters.Kind, landlord: Landlord, *, held: bool) -> dict[str, Any]:
    """The kind's worked example, sent by this landlord."""
    sender = {name: getattr(landlord, name) for name in ("name", "address", "phone", "email", "hours")}
    filled = {name: value for name, value in sender.items() if value}
    example = letters.plain_sample(kind)
    example["landlord"] = {**dict(example["landlord"]), **filled}  # type: ignore[call-overload]  # every example has one
    return {**example, letters.DECIDED: dict.fromkeys(kind.conditions, held)}
