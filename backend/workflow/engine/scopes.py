"""Scopes: what is known within one run of a tool, one round for one person, one diagram called about somebody.

Facts are the whole case's. A scope holds what is written inside it, so that three clauses or two respondents do not read
each other's answers; only the names it declares as outputs go on to the scope around it, and so to the facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from backend.workflow.expressions import Value
from backend.workflow.values import pack, unpack

#: Where a token keeps the id of its scope.
SCOPE = "scope"
Data = Mapping[str, Any]


class Scopes:
    def __init__(self, kept: Mapping[str, Any] | None = None) -> None:
        self._all: dict[str, dict[str, Any]] = {key: {**scope, "values": unpack(scope["values"])} for key, scope in (kept or {}).items()}

    def open(self, key: UUID, values: Mapping[str, Value], *, within: Data, outputs: str) -> dict[str, str]:
        """A new scope inside that of `within`; gives back what its tokens carry."""
        if str(key) in self._all:
            raise ValueError("This scope is open already.")
        self._all[str(key)] = {"values": dict(values), "within": within.get(SCOPE, ""), "outputs": outputs.split()}
        return {SCOPE: str(key)}

    def seen(self, data: Data) -> dict[str, Value]:
        """What a token sees besides the facts, the innermost first."""
        found: dict[str, Value] = {}
        key = data.get(SCOPE, "")
        while key:
            scope = self._all[key]
            found = {**scope["values"], **found}
            key = scope["within"]
        return found

    def write(self, data: Data, name: str, value: Value) -> bool:
        """Keep `value` in the scope it belongs to; False when it is the case's."""
        key = data.get(SCOPE, "")
        while key and name in self._all[key]["outputs"]:
            key = self._all[key]["within"]
        if key:
            self._all[key]["values"][name] = value
        return bool(key)

    def correct(self, data: Data, name: str, value: Value) -> bool:
        """Put another value where a token sees `name` in a scope; False when it sees none there."""
        key = data.get(SCOPE, "")
        while key and name not in self._all[key]["values"]:
            key = self._all[key]["within"]
        if key:
            self._all[key]["values"][name] = value
        return bool(key)

    def dump(self, used: Iterable[Data]) -> dict[str, Any]:
        """The scopes that tokens still carry, as JSON values."""
        keep: set[str] = set()
        for data in used:
            key = data.get(SCOPE, "")
            while key and key not in keep:
                keep.add(key)
                key = self._all[key]["within"]
        return {key: {**scope, "values": pack(scope["values"])} for key, scope in self._all.items() if key in keep}
