"""Whether a letter may go to the home that stands on it: asked before it is made, and again before it leaves.

Asks about the person whom it is addressed to, whether they are in the case or not; of a name and an address alone, about
everybody they could be. Knows no envelopes and no runs.
"""

from __future__ import annotations

from backend.casework.models import Person
from backend.casework.safety import guarded, post_refused
from backend.correspondence.models import Letter

MOVED = "The address of {name} is another one now. Have the letter made again: it takes the new one."
PROTECTED = "{name} may be somebody who must not be written to at home. Ask whoever works with them how they are reached."


def addressed_to(letter: Letter) -> Person | None:
    """The person whom a letter is addressed to, where we know them."""
    return letter.person or (letter.party.person if letter.party else None)


def home_closed(letter: Letter) -> str | None:
    """Why nothing may be posted to, or left at, the address on this letter; None when it may."""
    person = addressed_to(letter)
    return (post_refused(person) if person else _stranger(letter)) or moved(letter)


def moved(letter: Letter) -> str | None:
    """That somebody has another address than the one on their letter; None when it is the same, or not theirs."""
    person = letter.party.person if letter.party else None
    on_it = letter.data.get("recipient", {}).get("address")
    if person is None or on_it is None or on_it == address_of(person):
        return None
    return MOVED.format(name=person.name)


def address_of(person: Person) -> list[str]:
    """Their address as a letter has it, line by line."""
    return [*person.address, person.postcode] if person.postcode else list(person.address)


def _stranger(letter: Letter) -> str | None:
    recipient = letter.data.get("recipient") or {}
    name, address = recipient.get("name", ""), recipient.get("address") or [""]
    rules = guarded(landlord_id=letter.case.landlord_id, name=name, phone="", postcode=address[-1])
    return PROTECTED.format(name=name) if rules.filter(never_post=True).exists() else None
