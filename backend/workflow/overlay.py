"""Laying a landlord's pack over the one it extends, so that the landlord's folder holds only what differs.

A file takes the place of the base's file of the same name. Six kinds are laid over piece by piece instead:

    pack.toml      key by key; facts by name, roles and settings by code, guard rails added to the base's
    promises.toml  promise by promise, by code
    letters.toml   word by word
    forms/*.json   question by question and option by option, where the form says `"extends": true`
    scenarios/*    step by step, where the scenario says `extends = true`: `[[change]]` with the number of the base's `step`, and
                   `[[insert]]` with the number that it stands `before`
    steps.toml     what single steps of the base's diagrams have otherwise, and the tools that are added: `steps` says how

A piece says only what differs. With `after` it stands after another, else last; with `gone = true` it is taken away.
A role with another name gives that name to its lanes.
Knows files as texts; whether what comes of it can be run, `packs` and `check` say.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from backend.workflow.findings import Finding, PackRefused
from backend.workflow.promises import FILE as PROMISES
from backend.workflow.scenarios import FOLDER as SCENARIOS
from backend.workflow.steps import FILE as STEPS
from backend.workflow.steps import with_steps

Files = Mapping[str, str]
ABOUT = "pack.toml"
STANDING = "letters.toml"


def lay_over(base: Files, overlay: Files) -> dict[str, str]:
    """The overlay's files over the base's. `extends` and `steps.toml` are used up. Raises `PackRefused`."""
    merged = {**base, **{path: _file(path, base, text) for path, text in overlay.items()}}
    about = _about(_read(ABOUT, base.get(ABOUT, "")), _read(ABOUT, overlay.get(ABOUT, "")))
    merged[ABOUT] = written(about)
    named = _named_otherwise(_read(ABOUT, base.get(ABOUT, "")), about)
    return with_steps(merged, _read(STEPS, merged.pop(STEPS, "")), named)


def _file(path: str, base: Files, text: str) -> str:
    if path == STANDING and path in base:
        return written({**_read(path, base[path]), **_read(path, text)})
    if path == PROMISES and path in base:
        return written({"promise": _pieces(_read(path, base[path]).get("promise", []), _read(path, text).get("promise", []), "code")})
    if path.startswith(SCENARIOS) and (over := _read(path, text)).pop("extends", False):
        return written(_scenario(_read(path, _below(path, base)), over))
    if path.startswith("forms/") and (form := _difference(text)) is not None:
        return json.dumps(_form(json.loads(_below(path, base)), form), indent=2, ensure_ascii=False) + "\n"
    return text


def _below(path: str, base: Files) -> str:
    if path not in base:
        raise PackRefused([Finding(path, "", "It extends what the base does not have.", "Write all of it.")])
    return base[path]


def _about(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    about = {**below, **above}
    merged = {
        "rail": [*below.get("rail", []), *above.get("rail", [])],
        "role": _pieces(below.get("role", []), above.get("role", []), "code"),
        "setting": _switched_off(_pieces(below.get("setting", []), above.get("setting", []), "code")),
        "marked": {**above.get("marked", {}), **below.get("marked", {})},
        "approve": {**below.get("approve", {}), **above.get("approve", {})},
        "facts": {**above.get("facts", {}), **below.get("facts", {})},
    }
    about.update({key: value for key, value in merged.items() if value})
    about.pop("extends", None)
    return about


def _named_otherwise(below: Mapping[str, Any], laid: Mapping[str, Any]) -> dict[str, str]:
    """The base's names of roles that the landlord calls otherwise, and what they are called."""
    before = {role.get("code"): role.get("name") for role in below.get("role", [])}
    pairs = ((before.get(role.get("code")), role.get("name")) for role in laid.get("role", []))
    return {str(was): str(now) for was, now in pairs if was and was != now}


def _switched_off(settings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """`from = false` takes a switch's day away."""
    return [{key: value for key, value in item.items() if (key, value) != ("from", False)} for item in settings]


def _pieces(below: Iterable[Mapping[str, Any]], above: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """The pieces of a list, known by `name`, with what the overlay says of each."""
    found = {item.get(name): dict(item) for item in below}
    for item in above:
        said = {key: value for key, value in item.items() if key not in ("after", "gone")}
        if item.get("gone"):
            found.pop(item.get(name), None)
            continue
        found[item.get(name)] = _piece(found.get(item.get(name), {}), said)
        if "after" in item:
            found = _moved(found, item.get(name), item["after"])
    return list(found.values())


def _piece(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """One piece; the options of a question are pieces themselves."""
    options = {"options": _pieces(below["options"], above["options"], "value")} if below.get("options") and "options" in above else {}
    return {**below, **above, **options}


def _moved(found: dict[Any, dict[str, Any]], name: object, after: object) -> dict[Any, dict[str, Any]]:
    names = [known for known in found if known != name]
    place = names.index(after) + 1 if after in names else len(names)
    return {known: found[known] for known in (*names[:place], name, *names[place:])}


def _difference(text: str) -> dict[str, Any] | None:
    """What a form says over the base's; None for a whole form."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        return None  # Whoever reads the form says so.
    return {key: value for key, value in raw.items() if key != "extends"} if isinstance(raw, dict) and raw.get("extends") is True else None


def _form(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    questions = _pieces(below.get("questions", []), above.get("questions", []), "key")
    return {**below, **above, "questions": questions}


def _scenario(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    changed = {one.pop("step"): one for one in above.pop("change", [])}
    added = [(one.pop("before"), one) for one in above.pop("insert", [])]
    steps: list[dict[str, Any]] = []
    for number, step in enumerate([*below["step"], None], 1):
        steps += [one for before, one in added if before == number]
        change = changed.get(number, {})
        if step is not None and not change.get("gone"):
            steps.append({**step, **{word: _inner(step.get(word), said) for word, said in change.items() if word != "gone"}})
    return {**below, "people": {**below.get("people", {}), **above.pop("people", {})}, **above, "step": steps}


def _inner(below: Any, above: Any) -> Any:
    """Answers and expectations differ one by one."""
    return {**below, **above} if isinstance(below, dict) and isinstance(above, dict) else above


def _read(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PackRefused([Finding(path, "", f"It cannot be read: {error}.", "Check the file.")]) from None


def written(about: Mapping[str, Any]) -> str:
    """A TOML file written again. Handles what a pack's files may hold: scalars, lists, tables, arrays of tables."""
    lines = [f"{key} = {_value(value)}" for key, value in about.items() if not _is_table(value)]
    for key, value in about.items():
        if isinstance(value, dict):
            lines += [f"\n[{key}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
        elif _is_table(value):
            for item in value:
                lines += [f"\n[[{key}]]", *(f"{k} = {_value(v)}" for k, v in item.items())]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
        case list():
            return "[" + ", ".join(_value(v) for v in value) + "]"
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return str(value)


def _key(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else _value(key)
