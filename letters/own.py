"""Kinds of letter that a landlord wrote: its own, its wording in place of ours, and the text of a prescribed form from its lawyer.

Three texts make one: `letter.toml` (what it is and needs), `body.md` (the wording) and `sample.json` (a worked example). Whether
a condition can be worked out is told by whoever asks; this module knows no facts, no pack and no database.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NoReturn, get_args

from .catalogue import DECIDED, Audience, Kind, Shape, beside_the_letter, described, from_json, in_the_letter, kinds, plain_sample
from .errors import BadKind, BadWording, Flaw
from .needs import ABOUT_SOMEBODY, STANDARD_ROOTS, TYPES, Need
from .values import Fault, clean, gather
from .wording import FILE as BODY
from .wording import Body, Judge, read

CONTRACT, SAMPLE = "letter.toml", "sample.json"
TITLE_LIMIT, LABEL_LIMIT, NEEDS_LIMIT, COLUMNS_LIMIT, TEXT_LIMIT = 150, 200, 60, 6, 20_000
#: Of a contract of a landlord's own; `title` and `audience` must be there.
_KEYS = frozenset({"title", "audience", "shape", "confidential", "legal_basis", "served_by", "sample_note", "lawyer", "needs"})
_DEFAULTS: Mapping[str, Any] = {"confidential": True, "legal_basis": [], "served_by": ["post", "hand"], "sample_note": "", "needs": {}}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def own_letter(code: str, texts: Mapping[str, str], judge: Judge | None = None) -> Kind:
    """A landlord's own letter, from its texts by their names. Raises `BadWording` with every flaw."""
    source = texts.get(CONTRACT, "")
    contract = _contract(source)
    if flaws := tuple(_contract_flaws(contract, source)):
        raise BadWording(flaws)
    try:
        kind = described(code, {**_DEFAULTS, **contract}, folder=None, version=_hash(texts))
    except BadKind as error:
        _refuse(CONTRACT, str(error))
    kind = replace(kind, body=_body(texts, kind.every_need, judge))
    return replace(kind, example=_example(kind, _standard_example(), texts))


def reworded(shipped: Kind, texts: Mapping[str, str], judge: Judge | None = None) -> Kind:
    """A shipped kind with the landlord's wording. What that does not print, and nothing around it, is no longer needed."""
    if shipped.prescribed:
        _refuse(BODY, f"{shipped.prescribed.form} is prescribed, so its wording cannot be changed. Take the folder away.")
    contract = _contract(texts.get(CONTRACT, ""))
    if odd := sorted(set(contract) - {"title"}):
        _refuse(CONTRACT, f"A shipped letter keeps its {odd[0][:40]}. Only its title can be another.", _line_of(texts[CONTRACT], odd[0]))
    if flaws := tuple(_title_flaws(contract, texts.get(CONTRACT, ""))) if "title" in contract else ():
        raise BadWording(flaws)
    body = _body(texts, shipped.every_need, judge)
    wanted = {*body.used, *body.asked, *beside_the_letter(shipped)}
    kind = replace(
        shipped, title=contract.get("title", shipped.title), needs=tuple(need for need in shipped.needs if need.name in wanted),
        fixed=shipped.fixed & wanted, body=body, version=_hash({**texts, "": shipped.version}),
    )  # fmt: skip
    return replace(kind, example=_example(kind, plain_sample(shipped), texts))


def prescribed_with(shipped: Kind, text: str, judge: Judge | None = None) -> Kind:
    """A prescribed form with the text that a lawyer gave. Everything that the form must be told has to stand in it; what our own
    letter before it says is no part of the form."""
    body = read(text, shipped.every_need, judge)
    if absent := [need for need in form_fields(shipped) if not need.optional and need.name not in body.used]:
        raise BadWording(tuple(Flaw(BODY, 0, f"The form nowhere has {{{{ {need.name} }}}}: {need.label}.") for need in absent))
    kind = replace(shipped, body=body, version=_hash({BODY: text, "": shipped.version}))
    return replace(kind, example=_example(kind, plain_sample(shipped), {}))


def form_fields(shipped: Kind) -> tuple[Need, ...]:
    """What a prescribed form itself prints; those that are not optional must stand in its text."""
    wanted = in_the_letter(shipped)
    return tuple(need for need in shipped.needs if need.name in wanted)


def _body(texts: Mapping[str, str], needs: tuple[Need, ...], judge: Judge | None) -> Body:
    if not texts.get(BODY, "").strip():
        _refuse(BODY, "The letter says nothing yet. Write its wording.")
    return read(texts[BODY], needs, judge)


def _contract(source: str) -> dict[str, Any]:
    if len(source) > TEXT_LIMIT:
        _refuse(CONTRACT, f"The file is longer than {TEXT_LIMIT:,} characters. Shorten it.")
    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        _refuse(CONTRACT, f"It cannot be read: {error}. Check quotation marks and brackets.", int(at[1]) if at else 0)


def _contract_flaws(contract: Mapping[str, Any], source: str) -> Iterable[Flaw]:
    for key in sorted(set(contract) - _KEYS):
        yield _flaw(source, key, f"A letter has no {key[:40]}. Take it away.")
    yield from _title_flaws(contract, source)
    if contract.get("audience") not in get_args(Audience):
        yield _flaw(source, "audience", f"Say who reads it: audience is one of {', '.join(get_args(Audience))}.")
    if contract.get("shape", "letter") not in get_args(Shape):
        yield _flaw(source, "shape", f"The shape is one of {', '.join(get_args(Shape))}.")
    if not isinstance(contract.get("confidential", True), bool):
        yield _flaw(source, "confidential", "It says true or false.")
    for key in ("sample_note", "lawyer"):
        if not isinstance(contract.get(key, ""), str):
            yield _flaw(source, key, "It is a text in quotation marks.")
    for key in ("legal_basis", "served_by"):
        if not isinstance(contract.get(key, []), list) or not all(isinstance(each, str) for each in contract.get(key, [])):
            yield _flaw(source, key, "It is a list of texts in quotation marks.")
    yield from _needs_flaws(contract.get("needs", {}), source)


def _title_flaws(contract: Mapping[str, Any], source: str) -> Iterable[Flaw]:
    title = contract.get("title")
    if not isinstance(title, str) or not 0 < len(title.strip()) <= TITLE_LIMIT or "\n" in title:
        yield _flaw(source, "title", f"The letter needs a title of up to {TITLE_LIMIT} characters on one line.")
        return
    try:
        clean(title, "The title")
    except Fault as fault:
        yield _flaw(source, "title", str(fault))


def _needs_flaws(needs: object, source: str, most: int = NEEDS_LIMIT) -> Iterable[Flaw]:
    if not isinstance(needs, dict):
        yield _flaw(source, "needs", "The needs are a table: a name and what it is on each line.")
        return
    if len(needs) > most:
        yield _flaw(source, "needs", f"There are {len(needs):,} needs, where {most} fit.")
        return
    for name, entry in needs.items():
        if not _NAME.fullmatch(name) or name in {*STANDARD_ROOTS, DECIDED}:
            yield _flaw(
                source, name, f"A need cannot be called {name[:40]}. Use small letters, like visit_at, and no name that every letter has."
            )
        elif not isinstance(entry, dict) or entry.get("type") not in TYPES:
            yield _flaw(source, name, f"Say of {name} what type it is: one of {', '.join(sorted(TYPES))}.")
        elif not isinstance(entry.get("label"), str) or not 0 < len(entry["label"].strip()) <= LABEL_LIMIT:
            yield _flaw(source, name, f"Say in up to {LABEL_LIMIT} characters what {name} is: its label.")
        elif not isinstance(entry.get("optional", False), bool):
            yield _flaw(source, name, f"Whether {name} is optional is true or false.")
        elif entry["type"] == "rows" and not entry.get("columns"):
            yield _flaw(source, name, f"{name} is a list of rows, so it needs columns.")
        elif "columns" in entry:
            yield from _needs_flaws(entry["columns"], source, COLUMNS_LIMIT)


def _flaw(source: str, key: str, sentence: str) -> Flaw:
    return Flaw(CONTRACT, _line_of(source, key), sentence)


def _line_of(source: str, key: str) -> int:
    """Where a contract speaks of a key: the first line that begins with it, or 0."""
    spelt = re.compile(rf'\s*(\[(needs\.)?([a-z0-9_]+\.columns\.)?)?"?{re.escape(key)}\b')
    return next((number for number, line in enumerate(source.splitlines(), start=1) if spelt.match(line)), 0)


def _example(kind: Kind, under: Mapping[str, object], texts: Mapping[str, str]) -> str:
    """The worked example as JSON: what the landlord gave, over what is there already, over a placeholder for each need."""
    known = {need.name for need in kind.needs}
    given = _given(texts.get(SAMPLE, ""))
    made = {need.name: _made_up(need) for need in kind.needs}
    merged = {**made, **{name: value for name, value in under.items() if name in known or name in STANDARD_ROOTS}, **given}
    merged[DECIDED] = {**dict.fromkeys(kind.conditions, True), **_dict(given.get(DECIDED))}
    if kind.shape == "document":
        merged = {name: value for name, value in merged.items() if not any(each.startswith(f"{name}.") for each in ABOUT_SOMEBODY)}
    text = json.dumps(merged, ensure_ascii=False)
    try:
        data = from_json(kind, json.loads(text))
    except (ValueError, AttributeError, TypeError):
        _refuse(SAMPLE, "A date or moment in it cannot be read. Write dates like 2026-11-27 and moments like 2026-11-27T16:30:00+00:00.")
    faults = gather(kind.every_need, {name: value for name, value in data.items() if name != DECIDED}, long=kind.long)[1]
    if faults:
        raise BadWording(tuple(Flaw(SAMPLE, 0, sentence) for sentence in faults))
    return text


def _given(source: str) -> dict[str, Any]:
    if len(source) > TEXT_LIMIT:
        _refuse(SAMPLE, f"The file is longer than {TEXT_LIMIT:,} characters. Shorten it.")
    try:
        given = json.loads(source or "{}")
    except (ValueError, RecursionError) as error:
        _refuse(SAMPLE, f"It cannot be read: {error}.", getattr(error, "lineno", 0))
    if not isinstance(given, dict):
        _refuse(SAMPLE, "It is one object, with a value for each need.")
    return given


def _made_up(need: Need) -> object:
    match need.type:
        case "date":
            return "2026-12-04"
        case "moment":
            return "2026-12-04T16:30:00+00:00"
        case "lines":
            return [f"[{need.label}]"]
        case "rows":
            return [{column.name: _made_up(column) for column in need.columns}] * 2
    return f"[{need.label}]"


def _standard_example() -> dict[str, object]:
    """What every letter is told, as a shipped kind's example has it."""
    return plain_sample(next(kind for kind in kinds().values() if kind.shape == "letter"))


def _dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _hash(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(texts):
        for part in (name.encode(), texts[name].encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _refuse(file: str, sentence: str, line: int = 0) -> NoReturn:
    raise BadWording((Flaw(file, line, sentence),))
