"""A pack: one landlord's diagrams, tables, forms, promises and wording, as text files that can be laid over a base.

Reads and resolves; `check` says what is wrong beyond that. Knows no database.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from backend.accounts.powers import POWERS
from backend.rules.working_time import Calendar
from backend.workflow import catalogue
from backend.workflow.bpmn import MAX_BYTES, Diagram, Element, read
from backend.workflow.decided import READING, Setting, read_settings
from backend.workflow.engine import INSTANCES, INSTANCES_DONE, ITEM, PARTY, Diagrams, build
from backend.workflow.expressions import CONSTANTS, Value
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.forms import Form, read_form
from backend.workflow.functions import NAMES as FUNCTIONS
from backend.workflow.overlay import ABOUT, STANDING, Files, lay_over, written
from backend.workflow.promises import FILE as PROMISES
from backend.workflow.promises import Promise, read_promises
from backend.workflow.scenarios import FOLDER as SCENARIOS
from backend.workflow.scenarios import Scenario, read_scenario
from backend.workflow.tables import Table, read_table
from backend.workflow.values import KINDS, Fact, is_kind

#: What describes the landlord to the demo is no part of its procedure.
OF_THE_DEMO = "demo.toml"
CLAIMS = "practices.toml"
#: The landlord's own letters, and its wording of shipped ones: a folder for each, by the letter's code.
LETTERS = "letters/"
MAX_FILES = 600
_PLAIN_PATH = re.compile(r"([A-Za-z0-9_-]{1,60}/|letters/[a-z][a-z0-9-]{0,59}/)?[A-Za-z0-9_-]{1,100}\.[a-z]{2,5}\Z")
#: Half of a character, or none.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_PLAIN_ROLE = re.compile(r"[a-z0-9_-]{1,50}\Z")
_PLAIN_FACT = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
#: Names that the engine or the language of diagrams keeps for itself.
_RESERVED_FACTS = {PARTY, ITEM, INSTANCES, INSTANCES_DONE, "typename", "task_opened_at", *CONSTANTS, *FUNCTIONS}


@dataclass(frozen=True)
class Role:
    """A role of the landlord: its lane bears its name, and its powers are the product's words (`accounts.powers`)."""

    code: str
    name: str
    powers: tuple[str, ...]


@dataclass(frozen=True)
class Pack:
    """A pack that can be run. `elements` holds every step of every diagram by its id, which is unique in the pack."""

    title: str
    start: str
    roles: Mapping[str, Role]
    diagrams: Mapping[str, Diagram]
    elements: Mapping[str, Element]
    forms: Mapping[str, Form]
    tables: Mapping[str, Table]
    promises: Mapping[str, Promise]
    facts: Mapping[str, Fact]
    #: The guard rails as they are declared; `rails` reads and proves them.
    rails: tuple[Mapping[str, Any], ...] = ()
    #: Operation -> marks of which every step that asks for it must bear one, so that leaving a mark off gets round no rail.
    marked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The landlord's standing words for letters.
    standing: Mapping[str, Any] = field(default_factory=dict)
    #: What the landlord decided once; each is a fact as well, which nothing sets.
    settings: Mapping[str, Setting] = field(default_factory=dict)
    #: Letter -> the role that must approve it before it is made.
    approve: Mapping[str, str] = field(default_factory=dict)
    #: The worked examples, by name.
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    #: The texts of the landlord's own letters and wording, by code and name of file. What they mean is `correspondence`'s to say.
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: The landlord's own documents among the sources of practices, and what its pack meets otherwise than the base: by the
    #: practice's code, what a person `sees` and `where`.
    sources: tuple[str, ...] = ()
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def known(self, facts: Mapping[str, Value], day: date) -> dict[str, Value]:
        """Everything that expressions may name: a case's own facts, nothing for what is not known yet, and the settings as
        they stand on that day."""
        return {**dict.fromkeys(self.facts), **facts, **{code: setting.on(day) for code, setting in self.settings.items()}}

    def calendar(self, office: Calendar) -> Calendar:
        """The landlord's office hours, with this pack's reading of so many working hours."""
        reading = self.settings.get(READING)
        return replace(office, reading=reading.value) if reading else office  # type: ignore[arg-type]  # checked as it is read

    @cached_property
    def engine(self) -> Diagrams:
        """What the engine runs. Raises `PackRefused` for what only the engine can tell."""
        return build(self.start, self.diagrams)

    def role_of(self, element: Element) -> str:
        """The code of the role whose lane the element sits in, or its own `role` property; "" for none."""
        name = element.properties.get("role") or element.lane
        return next((role.code for role in self.roles.values() if role.name == name or role.code == name), "")


def content_hash(files: Files) -> str:
    """The name of a version: SHA-256 over its files' paths and text, 64 hex digits."""
    digest = hashlib.sha256()
    for path in sorted(files):
        for part in (path, files[path]):
            digest.update(f"{len(part.encode())}:".encode() + part.encode())
    return digest.hexdigest()


def with_settings(files: Files, values: Mapping[str, Any]) -> dict[str, str]:
    """The files with other values of their settings, by code; of a switch the day it is on from, None for off."""
    said = []
    for code, setting in read_settings(tomllib.loads(files[ABOUT]).get("setting", [])).items():
        if code in values:
            value = values[code]
            said.append({"code": code, **({"from": value or False} if setting.kind == "switch" else {"value": value})})
    return lay_over(files, {ABOUT: written({"setting": said})})


def letter_texts(files: Files) -> dict[str, dict[str, str]]:
    """What is kept of letters, by code and name of file."""
    found: dict[str, dict[str, str]] = {}
    for path, text in files.items():
        if path.startswith(LETTERS) and path.count("/") == 2:
            _, code, name = path.split("/")
            found.setdefault(code, {})[name] = text
    return found


def folder_files(folder: Path) -> dict[str, str]:
    """Every file of a pack's folder, by its path inside it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".") and path.name != OF_THE_DEMO)
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def flattened(folder: Path) -> dict[str, str]:
    """The pack in `folder`, laid over the one it extends (a sibling folder), if any."""
    files = folder_files(folder)
    base = tomllib.loads(files[ABOUT]).get("extends")
    return lay_over(flattened(folder.parent / base), files) if base else files


def read_pack(files: Files) -> Pack:
    """The pack in `files`. Raises `PackRefused` with every finding that keeps it from being read."""
    return _Reader(files).pack()


class _Reader:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.findings: list[Finding] = []

    def pack(self) -> Pack:
        self._check_files()
        about = self._about()
        diagrams = self._each(".bpmn", read)
        forms = {f.key: f for f in self._each(".json", read_form, "forms/", by_name=True).values()}
        tables = {t.key: t for t in self._each(".dmn", read_table, by_name=True).values()}
        promises = self._each(".toml", lambda _, text: read_promises(text), PROMISES).get(PROMISES, {})
        scenarios = {s.name: s for s in self._each(".toml", read_scenario, SCENARIOS, by_name=True).values()}
        self._stop()
        elements = self._elements(diagrams.values())
        settings = read_settings(about.get("setting", []))
        facts = self._facts(about, settings, forms.values(), tables.values())
        start = str(about.get("start", ""))
        if start not in {diagram.process for diagram in diagrams.values()}:
            self._add(
                Finding(ABOUT, "start", f"There is no diagram of the process “{start}”.", "Name the process that a case begins with.")
            )
        self._stop()
        rails, standing, claims = _rails(about), self._table(STANDING), self._claims()
        self._stop()
        return Pack(
            str(about["title"]), start, _roles(about), diagrams, elements, forms, tables, promises, facts, rails, _marked(about), standing,
            settings, _approve(about), scenarios, letter_texts(self.files), tuple(about.get("sources", ())), claims,
        )  # fmt: skip

    def _check_files(self) -> None:
        if len(self.files) > MAX_FILES:
            self._add(Finding(ABOUT, "", f"The pack has {len(self.files):,} files; {MAX_FILES} are allowed.", "Take some away."))
            self._stop()
        for path, text in self.files.items():
            if not _PLAIN_PATH.match(path):
                name = path.encode("ascii", "replace").decode()[:80]
                self._add(Finding(name, "", "This is not a name that a file of a pack may have.", "Give it a plain name."))
            elif len(text) > MAX_BYTES:
                self._add(Finding(path, "", "The file is larger than a megabyte.", "Split it."))
            elif _NO_TEXT.search(text):
                self._add(Finding(path, "", "The file holds characters that are not text.", "Save it again as UTF-8."))
        self._stop()

    def _about(self) -> dict[str, Any]:
        try:
            about = tomllib.loads(self.files.get(ABOUT, ""))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise PackRefused([Finding(ABOUT, "", f"It cannot be read: {error}.", "Check the file.")]) from None
        if problem := _about_problem(about):
            raise PackRefused([Finding(ABOUT, *problem)])
        return about

    def _table(self, file: str) -> dict[str, Any]:
        try:
            return tomllib.loads(self.files.get(file, ""))
        except tomllib.TOMLDecodeError as error:
            self._add(Finding(file, "", f"It cannot be read: {error}.", "Check the file."))
            return {}

    def _claims(self) -> dict[str, Any]:
        claims = self._table(CLAIMS).get("practice", {})
        wrong = [code for code, said in claims.items() if not _is_claim(said)] if isinstance(claims, dict) else [""]
        for code in wrong:
            self._add(Finding(CLAIMS, code, "A practice says what a person sees, and a list of where.", "Write `sees` and `where`."))
        return {} if wrong else claims

    def _each(self, ending: str, reader: Any, prefix: str = "", *, by_name: bool = False) -> dict[str, Any]:
        """What the reader finds in each file, which it knows by its path or by its bare name."""
        found = {}
        for path, text in self.files.items():
            if path.endswith(ending) and path.startswith(prefix) and (prefix or "/" not in path):
                try:
                    found[path] = reader(Path(path).stem if by_name else path, text)
                except PackRefused as refused:
                    self.findings.extend(refused.findings)
        return found

    def _elements(self, diagrams: Iterable[Diagram]) -> dict[str, Element]:
        found: dict[str, Element] = {}
        processes: set[str] = set()
        diagrams = list(diagrams)
        taken = {diagram.process: diagram for diagram in diagrams}
        for diagram in diagrams:
            if diagram.process in processes:
                self._add(
                    Finding(diagram.file, diagram.process, "Another diagram has this process.", "Remove one of the two.", diagram.name)
                )
            processes.add(diagram.process)
            for element in diagram.elements.values():
                if element.id in taken:
                    sentence = "A diagram has this id as well, so one could be run for the other."
                    self._add(Finding(diagram.file, element.id, sentence, "Delete it and draw it again.", element.name))
                if element.id in found:
                    self._add(
                        Finding(
                            diagram.file,
                            element.id,
                            "Another diagram has an element with this id.",
                            "Delete it and draw it again.",
                            element.name,
                        )
                    )
                found[element.id] = element
        return found

    def _facts(
        self, about: Mapping[str, Any], settings: Mapping[str, Setting], forms: Iterable[Form], tables: Iterable[Table]
    ) -> dict[str, Fact]:
        found = dict(catalogue.facts())
        for operation in catalogue.operations().values():
            found.update({fact.name: fact for fact in operation.gives})
        declared = [fact for form in forms for fact in form.facts()] + [fact for table in tables for fact in table.outputs]
        for name, raw in about.get("facts", {}).items():
            declared.append(Fact(name, raw["kind"], tuple(raw.get("choices", ())), ABOUT))
        for fact in [*(setting.fact for setting in settings.values()), *declared]:
            if (settings.get(fact.name) is not None) and (fact.name in found):
                self._add(
                    Finding(fact.source, fact.name, "This is a setting of the procedure, which nothing may set.", "Use another name.")
                )
            self._declare(found, fact)
        return found

    def _declare(self, found: dict[str, Fact], fact: Fact) -> None:
        if not _PLAIN_FACT.match(fact.name) or fact.name in _RESERVED_FACTS:
            self._add(Finding(fact.source, fact.name[:40], "A fact cannot have this name.", "Use another, like noise_level."))
        known = found.get(fact.name)
        if known is not None and known.kind != fact.kind:
            self._add(
                Finding(
                    fact.source,
                    fact.name,
                    f"This fact is already declared in {known.source or 'the product'} as another type.",
                    "Use another name.",
                )
            )
        choices = tuple(dict.fromkeys([*(known.choices if known else ()), *fact.choices]))
        found[fact.name] = Fact(fact.name, fact.kind, choices, fact.source)

    def _add(self, finding: Finding) -> None:
        self.findings.append(finding)

    def _stop(self) -> None:
        if self.findings:
            raise PackRefused(self.findings)


def _about_problem(about: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """(key, sentence, mend) of the first thing in `pack.toml` that has the wrong form."""
    title, roles, facts = about.get("title"), about.get("role", []), about.get("facts", {})
    if title is None:
        return "", "The pack has no title.", "Give it one."
    if not isinstance(title, str) or not 0 < len(title) <= 150:
        return "title", "The title is not a text of up to 150 characters.", "Shorten it."
    if not isinstance(roles, list) or not all(map(_is_role, roles)):
        return "role", "A role needs a code, a name and powers that the product has.", f"Powers are: {', '.join(POWERS)}."
    if not _are_texts(about.get("sources", [])):
        return "sources", "The sources are not a list of texts.", "Name them as the list of practices does."
    if not isinstance(facts, dict) or not all(map(_is_declaration, facts.values())):
        return "facts", "A fact needs a kind, and choices that are texts.", f"Kinds are: {', '.join(KINDS)}."
    return None


def _is_claim(said: object) -> bool:
    return isinstance(said, dict) and said.keys() == {"sees", "where"} and isinstance(said["sees"], str) and _are_texts(said["where"])


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_role(raw: object) -> bool:
    if not isinstance(raw, dict) or not all(isinstance(raw.get(key), str) and raw[key] for key in ("code", "name")):
        return False
    if len(raw["name"]) > 60 or not _PLAIN_ROLE.match(raw["code"]):
        return False
    powers = raw.get("powers", [])
    return isinstance(powers, list) and all(isinstance(power, str) and power in POWERS for power in powers)


def _is_declaration(raw: object) -> bool:
    if not isinstance(raw, dict) or not isinstance(raw.get("kind"), str) or not is_kind(raw["kind"]):
        return False
    return _are_texts(raw.get("choices", []))


def _roles(about: Mapping[str, Any]) -> dict[str, Role]:
    return {r["code"]: Role(r["code"], r["name"], tuple(r.get("powers", ()))) for r in about.get("role", [])}


def _marked(about: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    raw = about.get("marked", {})
    return {name: tuple(map(str, marks)) for name, marks in raw.items() if isinstance(marks, list)} if isinstance(raw, dict) else {}


def _approve(about: Mapping[str, Any]) -> dict[str, str]:
    raw = about.get("approve", {})
    return {str(letter): str(role) for letter, role in raw.items()} if isinstance(raw, dict) else {}


def _rails(about: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    declared = about.get("rail", [])
    return tuple(rail for rail in (declared if isinstance(declared, list) else [declared]) if isinstance(rail, Mapping))
