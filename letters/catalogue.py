"""Finds the kinds of letter by folder and proves each whole before it may be used.

A kind is a folder with letter.html, letter.toml and sample.json. This module knows no data, no brand and
no PDF; it knows that the names in the template are the names that the contract declares.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from jinja2 import TemplateSyntaxError, meta, nodes

from .errors import BadKind, UnknownKind
from .needs import ABOUT_SOMEBODY, STANDARD, STANDARD_ROOTS, TYPES, Need, NeedType
from .templates import KINDS, environment
from .wording import Body

#: Who reads it: a partner is the police, the council, a support service; "file" is our own record.
Audience = Literal["reporter", "respondent", "partner", "court", "file"]
#: A letter goes to a person and has an address in its window; a document is shown, signed or handed in.
Shape = Literal["letter", "document"]
PAGES: Mapping[str, str] = {"letter": "base/letterhead.html", "document": "base/document.html"}
_KEYS = frozenset({"title", "audience", "confidential", "legal_basis", "served_by", "sample_note", "needs"})
_MAY = frozenset({"shape", "long", "lawyer", "notice", "prescribed", "fixed", "message"})
_WAYS = frozenset({"post", "hand", "email"})
#: What a letter's data says beside its needs: for each condition of a landlord's wording, whether it held.
DECIDED = "decided"
#: Where a text message has a value, and what it may be: nothing that tells what the letter is about.
MESSAGE_FIELD = re.compile(r"\{\{ *([a-z_.]+) *\}\}")
_MESSAGE_MAY = frozenset({"landlord.name", "landlord.phone", "landlord.hours", "officer.name", "officer.phone", "case.reference"})
_FILES = ("letter.html", "letter.toml", "sample.json")


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A form whose wording the law sets: its name, and the law that sets it. Its text comes from the landlord's lawyer."""

    form: str
    law: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: what it is for, what it must be told, and which files it is made of.

    `lawyer` says why a lawyer must look at it before it is relied on, `notice` which notices of the law it can be, and
    `fixed` which needs nobody may change by hand in one letter."""

    code: str
    title: str
    audience: Audience
    needs: tuple[Need, ...]
    legal_basis: tuple[str, ...]
    served_by: tuple[str, ...]
    confidential: bool
    sample_note: str
    version: str
    #: Where a shipped kind lies; a landlord's own has none.
    folder: Path | None
    shape: Shape = "letter"
    long: bool = False
    lawyer: str = ""
    notice: tuple[str, ...] = ()
    prescribed: Prescribed | None = None
    fixed: frozenset[str] = frozenset()
    #: The wording that stands in the place of the shipped one, or is all there is; and a worked example as JSON.
    body: Body | None = None
    example: str = ""
    #: The words of the text message that says the letter is there, with merge fields; empty for the usual ones.
    message: str = ""

    @property
    def every_need(self) -> tuple[Need, ...]:
        """What it must be told, with what every letter is told: a document has nobody's address."""
        standard = STANDARD if self.shape == "letter" else tuple(need for need in STANDARD if need.name not in ABOUT_SOMEBODY)
        return (*standard, *self.needs)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must be decided, under `DECIDED` in its data, before it can be written."""
        return self.body.conditions if self.body else ()

    @property
    def page(self) -> str:
        """The template that it is, or whose block `letter` its own wording fills."""
        return f"kinds/{self.code}/letter.html" if self.folder else PAGES[self.shape]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind that is shipped, by code."""
    return load(KINDS)


def kind(code: str) -> Kind:
    """The kind of that code."""
    try:
        return kinds()[code]
    except KeyError:
        raise UnknownKind(f"There is no kind of letter called {code}. Choose from {', '.join(kinds())}.") from None


def load(*folders: Path) -> Mapping[str, Kind]:
    """The kinds in these folders; two of one code or one title are refused."""
    found: dict[str, Kind] = {}
    titles: dict[str, str] = {}
    for folder in (path for parent in folders for path in sorted(parent.iterdir()) if path.is_dir()):
        kind = _read(folder)
        if kind.code in found:
            raise BadKind(f"Two folders hold a kind of letter called {kind.code}.")
        if kind.title in titles:
            raise BadKind(f"{titles[kind.title]} and {kind.code} have the same title, {kind.title}.")
        found[kind.code] = kind
        titles[kind.title] = kind.code
    return MappingProxyType(found)


def sample(kind: Kind) -> dict[str, object]:
    """A worked example of the kind's data, with dates and moments as such."""
    return from_json(kind, plain_sample(kind))


def plain_sample(kind: Kind) -> dict[str, object]:
    """The same as JSON has it."""
    raw = (kind.folder / "sample.json").read_text("utf-8") if kind.folder and not kind.example else kind.example
    return dict(json.loads(raw))


def from_json(kind: Kind, raw: Mapping[str, object]) -> dict[str, object]:
    """The data as JSON carries it, with ISO dates and moments turned into dates and moments."""
    data = dict(raw)
    for need in kind.every_need:
        if need.name in data:
            data[need.name] = _dated(need, data[need.name])
    return data


def _dated(need: Need, value: object) -> object:
    if need.type == "rows" and isinstance(value, list):
        columns = {column.name: column for column in need.columns}
        return [{name: _dated(columns[name], cell) if name in columns else cell for name, cell in row.items()} for row in value]
    if need.type == "date" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    if need.type == "moment" and isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    return value


def _read(folder: Path) -> Kind:
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise BadKind(f"The kind of letter {folder.name} lacks {', '.join(missing)}.")
    contract = tomllib.loads((folder / "letter.toml").read_text("utf-8"))
    kind = described(folder.name, contract, folder=folder, version=_version(folder))
    _check_template(folder, kind.needs)
    return kind


def described(code: str, contract: Mapping[str, Any], *, folder: Path | None, version: str) -> Kind:
    """The kind that a contract describes. Raises `BadKind`."""
    needs = tuple(_need(code, name, entry) for name, entry in contract.get("needs", {}).items())
    _check_contract(code, contract)
    _check_message(code, contract.get("message", ""), needs)
    return Kind(
        code=code,
        title=contract["title"],
        audience=cast(Audience, contract["audience"]),
        needs=needs,
        legal_basis=tuple(contract["legal_basis"]),
        served_by=tuple(contract["served_by"]),
        confidential=contract["confidential"],
        sample_note=contract["sample_note"],
        version=version,
        folder=folder,
        shape=cast(Shape, contract.get("shape", "letter")),
        long=contract.get("long", False),
        lawyer=contract.get("lawyer", ""),
        notice=tuple(contract.get("notice", ())),
        prescribed=Prescribed(**contract["prescribed"]) if "prescribed" in contract else None,
        fixed=frozenset(contract.get("fixed", ())),
        message=contract.get("message", ""),
    )


def _check_contract(code: str, contract: Mapping[str, Any]) -> None:
    if odd := (_KEYS - set(contract)) | (set(contract) - _KEYS - _MAY):
        raise BadKind(f"letter.toml of {code} lacks, or should not have: {', '.join(sorted(odd))}.")
    if contract["audience"] not in get_args(Audience):
        raise BadKind(f"The audience of {code} is none of {', '.join(get_args(Audience))}.")
    if contract.get("shape", "letter") not in get_args(Shape):
        raise BadKind(f"The shape of {code} is neither letter nor document.")
    if unknown := set(contract.get("fixed", ())) - set(contract["needs"]):
        raise BadKind(f"{code} fixes {', '.join(sorted(unknown))}, which it does not need.")
    if not set(contract["served_by"]) <= _WAYS:
        raise BadKind(f"{code} is served by something other than post, hand or email.")


def _check_message(code: str, words: str, needs: Iterable[Need]) -> None:
    may = _MESSAGE_MAY | {need.name for need in needs if need.type in ("date", "moment")}
    if odd := set(MESSAGE_FIELD.findall(words)) - may or re.findall(r"[{}]", MESSAGE_FIELD.sub("", words)):
        raise BadKind(f"The text message of {code} holds {', '.join(sorted(odd))}. It may hold only {', '.join(sorted(may))}.")


def _need(code: str, name: str, entry: Mapping[str, Any]) -> Need:
    if entry.get("type") not in TYPES or not set(entry) <= {"type", "label", "columns", "optional"}:
        raise BadKind(f"{code} needs {name} in a way that is not known.")
    # In Jinja2 a column of that name would find the row's method instead of its value.
    if name.startswith("_") or hasattr(dict, name) or name in {*STANDARD_ROOTS, DECIDED}:
        raise BadKind(f"{code} calls a need {name}, which means something else already.")
    columns = entry.get("columns", {})
    if bool(columns) != (entry["type"] == "rows"):
        raise BadKind(f"{code} needs {name}: a list of rows has columns and nothing else has.")
    return Need(
        name=name,
        type=cast(NeedType, entry["type"]),
        label=entry["label"],
        columns=tuple(_need(code, column, each) for column, each in columns.items()),
        optional=entry.get("optional", False),
    )


def _check_template(folder: Path, needs: Iterable[Need]) -> None:
    try:
        tree = environment().parse((folder / "letter.html").read_text("utf-8"))
    except TemplateSyntaxError as error:
        raise BadKind(f"letter.html of {folder.name} cannot be read: {error}") from error
    declared = {need.name for need in needs}
    if declared & _own_names(tree):
        raise BadKind(f"{folder.name}: a need and a piece of the template share a name.")
    used = meta.find_undeclared_variables(tree) - STANDARD_ROOTS - _own_names(tree)
    if used != declared:
        raise BadKind(
            f"{folder.name}: the letter uses but does not declare {sorted(used - declared)},"
            f" and declares but does not use {sorted(declared - used)}."
        )
    unknown = set(_standard_names(tree)) - {need.name for need in STANDARD}
    if unknown:
        raise BadKind(f"{folder.name}: no letter knows {', '.join(sorted(unknown))}.")


def in_the_letter(kind: Kind) -> frozenset[str]:
    """The names that a shipped kind prints in its block `letter`, which other wording can take the place of."""
    if kind.folder is None:
        return frozenset()
    tree = environment().parse((kind.folder / "letter.html").read_text("utf-8"))
    tree.body = [block for block in tree.find_all(nodes.Block) if block.name == "letter"]
    return frozenset(meta.find_undeclared_variables(tree))


def beside_the_letter(kind: Kind) -> frozenset[str]:
    """The names that a shipped kind prints outside its block `letter`: in an enclosure, say."""
    if kind.folder is None:
        return frozenset()
    tree = environment().parse((kind.folder / "letter.html").read_text("utf-8"))
    for block in tree.find_all(nodes.Block):
        if block.name == "letter":
            block.body = []
    return frozenset(meta.find_undeclared_variables(tree)) - _own_names(tree)


def _own_names(tree: nodes.Template) -> set[str]:
    """Macros and imports: Jinja2 counts them as undeclared where a block uses them."""
    imported = (name for node in tree.find_all(nodes.FromImport) for name in node.names)
    names = {name if isinstance(name, str) else name[1] for name in imported}
    return names | {node.name for node in tree.find_all(nodes.Macro)}


def _standard_names(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name in STANDARD_ROOTS:
            yield f"{node.node.name}.{node.attr}"


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        # Lengths keep "ab"+"c" apart from "a"+"bc".
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
