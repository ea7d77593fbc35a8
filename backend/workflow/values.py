"""The few types a fact may have, and their plain JSON spelling in saved state.

Never free text: a fact is yes/no, a whole number, a decimal, a date, a moment, one of a list, or a row's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeGuard

from backend.errors import DomainError
from backend.workflow.expressions import Value

Kind = Literal["yes_no", "whole", "decimal", "date", "moment", "one_of", "row"]
#: Each type, in plain words.
KIND_WORDS: Mapping[Kind, str] = {
    "yes_no": "yes or no", "whole": "a whole number", "decimal": "a number", "date": "a date", "moment": "a date and time",
    "one_of": "one of a list", "row": "a person or thing in the case",
}  # fmt: skip
KINDS: tuple[Kind, ...] = tuple(KIND_WORDS)


class WrongFact(DomainError):
    """That is not a value this fact can have."""


@dataclass(frozen=True)
class Fact:
    """The declaration of one fact: its name, type, and for one_of the values it may take."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    source: str = ""

    def accept(self, value: object) -> Value:
        """`value` if it is of this type, else `WrongFact`."""
        if value is None or self._fits(value):
            return value  # type: ignore[return-value]  # _fits lets only Value through
        raise WrongFact(f"“{self.name}” cannot be {str(value)[:60]!r}.")

    def _fits(self, value: object) -> bool:
        match self.kind:
            case "yes_no":
                return isinstance(value, bool)
            case "whole" | "row":
                return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
            case "decimal":
                return isinstance(value, int | Decimal) and not isinstance(value, bool)
            case "date":
                return isinstance(value, date) and not isinstance(value, datetime)
            case "moment":
                return isinstance(value, datetime) and value.tzinfo is not None
            case "one_of":
                return isinstance(value, str) and value in self.choices


def is_kind(text: object) -> TypeGuard[Kind]:
    return text in KINDS


def pack(values: Mapping[str, Value]) -> dict[str, Any]:
    """JSON for `values`, with every type that JSON has not marked."""
    return {name: _pack(value) for name, value in values.items() if value is not None}


def _pack(value: Value) -> Any:
    match value:
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
    return value


def unpack(values: Mapping[str, Any]) -> dict[str, Value]:
    """What `pack` wrote, read back."""
    return {name: _unpack(value) for name, value in values.items()}


def _unpack(value: Any) -> Value:
    match value:
        case {"moment": text}:
            return datetime.fromisoformat(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"decimal": text}:
            return Decimal(text)
    return value  # type: ignore[no-any-return]
