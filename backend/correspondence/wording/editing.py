"""A landlord's letters on the process owner's desk: which there are and whose, what one says, and how it would read.

Works on the texts of a draft of the pack; `studio` keeps them. Nothing here is sent to anybody.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import letters
from backend.accounts.models import User
from backend.casework import access
from backend.casework.models import Case, Party
from backend.casework.text import plain
from backend.correspondence.wording import needs_lines, tongues
from backend.correspondence.wording.examples import example_data
from backend.correspondence.wording.own import is_worded, kind_from, kinds_of
from backend.correspondence.words import GOES_TO, Writing, brand_of, data_for, plain_brand
from backend.errors import DomainError, InvalidAnswers, NotFound
from backend.workflow.catalogue import LetterTexts
from backend.workflow.overlay import written
from backend.workflow.packs import Pack
from backend.workflow.values import unpack

CONTRACT, BODY = "letter.toml", "body.md"
#: Of a letter's contract these are typed; whatever else it says stays.
SAID = ("title", "audience", "shape", "confidential", "needs", "body")
AUDIENCES: Mapping[str, str] = {
    "reporter": "Somebody who reported, or a witness", "respondent": "Somebody who was complained about", "partner": "A partner",
    "court": "The court", "file": "Ourselves",
}  # fmt: skip
SHAPES: Mapping[str, str] = {"letter": "A letter with an address", "document": "A document that goes to nobody’s address"}
#: How many cases are offered for a preview.
CASES = 20


@dataclass(frozen=True)
class Listed:
    """One letter in the list: `whose` wording it has, and whether that can be read."""

    code: str
    title: str
    audience: str
    whose: str
    good: bool


@dataclass(frozen=True)
class Desk:
    """One letter being written. `said` is what stands in its boxes; `fields` are name, what it is and how it is printed."""

    code: str
    title: str
    shipped: bool
    changed: bool
    prescribed: str
    said: Mapping[str, str]
    fields: list[tuple[str, str, str]]


def listed(texts: LetterTexts) -> list[Listed]:
    """Every letter, the landlord's own wording first."""
    kinds, shipped = kinds_of(texts), letters.kinds()
    found = [Listed(code, kind.title, AUDIENCES[kind.audience], _whose(kind, texts), _good(code, texts)) for code, kind in kinds.items()]
    lost = [Listed(code, code, "", "Your own letter", False) for code in texts if code not in kinds and code not in shipped]
    return sorted([*found, *lost], key=lambda one: (not is_worded(texts.get(one.code, {})), one.title))


def _whose(kind: letters.Kind, texts: LetterTexts) -> str:
    if kind.prescribed:
        return f"Prescribed: {kind.prescribed.form}"
    if kind.code not in letters.kinds():
        return "Your own letter"
    return "Your wording" if is_worded(texts.get(kind.code, {})) else "The product’s wording"


def _good(code: str, texts: LetterTexts) -> bool:
    try:
        return not is_worded(texts.get(code, {})) or bool(kind_from(code, texts[code]))
    except letters.BadWording:
        return False


def desk(code: str, texts: LetterTexts) -> Desk:
    """What stands on the desk for one letter. Raises `NotFound`."""
    shipped, own = letters.kinds().get(code), texts.get(code, {})
    if shipped is None and not own:
        raise NotFound("There is no such letter.")
    kind = kinds_of(texts).get(code)
    contract = _contract(own)
    title = str(contract.get("title") or (shipped.title if shipped else code))
    body = own.get(BODY) or (letters.as_wording(shipped) if shipped else "")
    said = {"title": title, "body": body, **({} if shipped else _about(contract))}
    every = shipped or kind
    fields = needs_lines.fields(every) if every else []
    prescribed = f"{shipped.prescribed.form} ({shipped.prescribed.law})" if shipped and shipped.prescribed else ""
    return Desk(code, title, shipped is not None, is_worded(own), prescribed, said, fields)


def _contract(own: Mapping[str, str]) -> dict[str, Any]:
    try:
        return tomllib.loads(own.get(CONTRACT, ""))
    except tomllib.TOMLDecodeError:
        return {}


def _about(contract: Mapping[str, Any]) -> dict[str, str]:
    needs = contract.get("needs", {})
    return {
        "audience": str(contract.get("audience", "")), "shape": str(contract.get("shape", "letter")),
        "confidential": "yes" if contract.get("confidential", True) else "no",
        "needs": needs_lines.written(needs) if isinstance(needs, dict) else "",
    }  # fmt: skip


def texts_of(code: str, said: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The texts that these words make of a letter, over those it has. Raises `InvalidAnswers` for what cannot be put together."""
    title = plain(said.get("title", "")).strip()
    body = said.get("body", "").replace("\r\n", "\n").rstrip() + "\n"
    shipped = letters.kinds().get(code)
    if shipped is not None:
        other = {} if title in ("", shipped.title) else {"title": title}
        return {**own, BODY: body, **({CONTRACT: written(other)} if other or CONTRACT in own else {})}
    try:
        needs = needs_lines.read(plain(said.get("needs", "")))
    except needs_lines.BadLine as bad:
        raise InvalidAnswers({"needs": bad.sentence}) from None
    about: dict[str, Any] = {"title": title, "audience": said.get("audience", ""), "shape": said.get("shape") or "letter"}
    contract = {**_contract(own), **about, "confidential": said.get("confidential") != "no", "needs": needs}
    return {**own, CONTRACT: written(contract), BODY: body}


def check(code: str, texts: Mapping[str, str], pack: Pack | None) -> letters.Kind:
    """The kind that these texts make. Raises `InvalidAnswers`: each flaw beside the box that it is in, with its line."""
    try:
        return kind_from(code, texts, pack)
    except letters.BadWording as bad:
        problems: dict[str, str] = {}
        for flaw in bad.flaws:
            box, sentence = ("body", str(flaw)) if flaw.file == BODY else (_box(flaw.sentence), flaw.sentence)
            problems[box] = f"{problems[box]} {sentence}" if box in problems else sentence
        raise InvalidAnswers(problems) from None


def _box(sentence: str) -> str:
    if "title" in sentence.lower():
        return "title"
    return "audience" if "who reads it" in sentence else "needs"


def cases_of(by: User) -> list[Case]:
    """Cases of theirs that a letter can be tried on, the newest first."""
    return list(access.cases_for(by).order_by("-opened_at", "-pk")[:CASES])


def preview(*, code: str, texts: Mapping[str, str], pack: Pack | None, reference: str, held: bool, by: User, now: datetime) -> str:
    """The letter as it would read on its example, or on a case of theirs; `held` is whether the example's conditions hold.
    Raises `InvalidAnswers` or `DomainError`."""
    kind = check(code, texts, pack)
    case = access.case_for(by, reference) if reference else None
    data = {**example_data(kind, by.landlord, held=held), **(_known(kind, case, by, now) if case else {})}
    return _page(kind, data, brand_of(case) if case else plain_brand(by.landlord))


def preview_beside(*, code: str, language: str, text: str, texts: Mapping[str, str], pack: Pack | None, by: User) -> str:
    """The letter on its example with this text beside the English. Raises `InvalidAnswers` or `DomainError`."""
    beside, kind = tongues.checked(code, language, text, texts, pack), tongues.kind_of(code, texts, pack)
    return _page(kind, example_data(kind, by.landlord, held=True), plain_brand(by.landlord), beside)


def _page(kind: letters.Kind, data: Mapping[str, Any], brand: letters.Brand, beside: letters.Translation | None = None) -> str:
    try:
        return letters.preview_html(kind, letters.from_json(kind, data), brand, translation=beside)
    except letters.LetterError as error:
        raise DomainError(str(error)) from error


def _known(kind: letters.Kind, case: Case, by: User, now: datetime) -> dict[str, Any]:
    """What the case knows for this letter: what it does not know yet is left to the example."""
    roles = GOES_TO.get(kind.audience, ())
    people = case.parties.select_related("person").filter(role__in=roles, person__isnull=False)
    party: Party | None = next((one for one in people if one.person and one.person.address), None)
    known = data_for(kind, Writing(case, party, None, unpack(case.instance.facts), now, by))
    if party is None:
        known.pop("recipient", None)
    return {key: value for key, value in known.items() if value not in (None, "", [])}


def audiences() -> list[tuple[str, str]]:
    """Who may read a letter, for a list of choices."""
    return [(code, AUDIENCES[code]) for code in get_args(letters.Audience)]
