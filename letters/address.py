"""Postal addresses as Royal Mail and the window envelope want them.

Knows nothing of people, homes or whether anyone lives there: only whether the lines can be posted.
The rules are those of GOV.UK Notify for precompiled letters, which are the strictest that we meet:
name and address together three to seven lines, the last a UK postcode.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FEWEST_ADDRESS_LINES, MOST_BLOCK_LINES = 3, 7
_WHERE = "on the person's page"
_BAD_START = tuple('@()=[]"\\/,<>~')
_NO_ABODE = re.compile(r"\b(no fixed (abode|address)|nfa)\b", re.IGNORECASE)
_POSTCODE = re.compile(r"([A-Z]{1,2})[0-9][0-9A-Z]?[0-9][ABD-HJLNP-UW-Z]{2}")
_AREAS = frozenset(
    re.findall(
        "[A-Z]+",
        "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN "
        "EX FK FY G GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP "
        "NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB "
        "W WA WC WD WF WN WR WS WV YO ZE",
    )
)


def postcode(text: str) -> str | None:
    """The postcode in its official shape, or None where the text is not one."""
    packed = "".join(text.upper().split())
    found = _POSTCODE.fullmatch(packed)
    if not found or found[1] not in _AREAS:
        return None
    return f"{packed[:-3]} {packed[-3:]}"


def block(name: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines for the envelope: name first, post town and postcode in capitals. Ask `problems` before."""
    *rest, last = _tidy((name, *lines))
    return (*rest[:-1], rest[-1].upper(), postcode(last) or last)


def problems(name: str, lines: Sequence[str]) -> tuple[str, ...]:
    """What stops this address being posted to, in sentences; nothing where it is good."""
    tidy = _tidy(lines)
    if not tidy:
        return (f"The address of the person is empty. Add it {_WHERE}.",)
    if any(_NO_ABODE.search(line) for line in tidy):
        return ("The person has no fixed address, so no letter can be posted. Choose another way to reach them.",)
    return tuple(filter(None, (_postcode_problem(tidy), _length_problem(tidy), _line_problem((name, *tidy)))))


def _tidy(lines: Sequence[str]) -> tuple[str, ...]:
    trimmed = (" ".join(line.split()).rstrip(" ,.") for line in lines)
    return tuple(line for line in trimmed if line)


def _postcode_problem(lines: Sequence[str]) -> str | None:
    if postcode(lines[-1]):
        return None
    if any(character.isdigit() for character in lines[-1]) and len(lines[-1]) <= 9:
        return f"{lines[-1]} is not a UK postcode. Put it right {_WHERE}."
    return f"The address of the person has no postcode. Add it {_WHERE}."


def _length_problem(lines: Sequence[str]) -> str | None:
    if len(lines) < FEWEST_ADDRESS_LINES:
        return f"The address of the person has fewer than three lines: street, town, postcode. Add them {_WHERE}."
    if len(lines) + 1 > MOST_BLOCK_LINES:
        return f"The person's name and address take more than seven lines. Shorten the address {_WHERE}."
    return None


def _line_problem(lines: Sequence[str]) -> str | None:
    for line in lines:
        if line.startswith(_BAD_START):
            return f"A line of the address starts with {line[0]}, which the post cannot read. Change it {_WHERE}."
    if not all(any(character.isalnum() for character in line) for line in lines[:2]):
        return f"The first two lines of an address need a letter or a number. Change them {_WHERE}."
    return None
