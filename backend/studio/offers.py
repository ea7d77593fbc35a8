"""What the editor's drop-downs offer: the catalogue of the product and of the draft, in plain words."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from backend.studio.marks import CALLED
from backend.workflow import bpmn, catalogue
from backend.workflow.findings import PackRefused
from backend.workflow.packs import letter_texts
from backend.workflow.tables import read_table

Choice = dict[str, Any]


def catalogue_for(files: Mapping[str, str]) -> dict[str, Any]:
    """Lists of `{value, label}` for the page; operations carry their parameters."""
    about = tomllib.loads(files.get("pack.toml", ""))
    promises = tomllib.loads(files.get("promises.toml", "")).get("promise", [])
    diagrams = _diagrams(files)
    return {
        "roles": [_choice(role["name"], role["name"]) for role in about.get("role", [])] + [_choice("System", "System")],
        "forms": sorted((_choice(key, title) for key, title in _forms(files).items()), key=lambda c: str(c["label"])),
        "promises": [_choice(promise["code"], promise["name"]) for promise in promises],
        "operations": [_operation(kind, letter_texts(files)) for kind in catalogue.operations().values()],
        "tables": [_choice(key, name) for key, name in _tables(files).items()],
        "messages": [_choice(name, label) for name, label in catalogue.messages().items()],
        "processes": [_choice(diagram.process, diagram.name) for diagram in diagrams],
        "groups": [_choice(name, label) for name, label in catalogue.groups().items()],
        **{f"{kind}s": _told(diagrams, kind) for kind in CALLED},
    }


def _told(diagrams: list[bpmn.Diagram], kind: str) -> list[str]:
    """The names of this kind of event in all diagrams."""
    return sorted({e.code for diagram in diagrams for e in diagram.elements.values() if e.event == kind and e.code})


def _choice(value: str, label: str) -> Choice:
    return {"value": value, "label": label}


def _forms(files: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for path, text in files.items():
        if path.startswith("forms/"):
            found[path.removeprefix("forms/").removesuffix(".json")] = str(json.loads(text).get("title", path))
    return found


def _tables(files: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for path, text in files.items():
        if path.endswith(".dmn"):
            key = path.removesuffix(".dmn")
            try:
                found[key] = read_table(key, text).name
            except PackRefused:
                found[key] = key
    return found


def _diagrams(files: Mapping[str, str]) -> list[bpmn.Diagram]:
    """Those that can be read."""
    found = []
    for path, text in files.items():
        if path.endswith(".bpmn"):
            with suppress(PackRefused):
                found.append(bpmn.read(path, text))
    return found


def _operation(kind: catalogue.OperationKind, texts: catalogue.LetterTexts) -> Choice:
    titles = catalogue.letters(texts)
    parameters = [
        {
            "name": name, "label": parameter.label + (" (optional)" if parameter.optional else ""),
            "choices": [_choice(value, titles.get(value, value)) for value in catalogue.choices(parameter, texts)],
            "hint": "" if catalogue.choices(parameter, texts) else "A value, or a fact’s name. Words go in quotation marks.",
        }
        for name, parameter in kind.parameters.items()
    ]  # fmt: skip
    return {**_choice(kind.name, kind.label), "parameters": parameters}
