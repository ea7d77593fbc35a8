"""Takes away what a practice names: from a copy of a pack's files, or from this release's registers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.urls import clear_url_caches, get_resolver
from lxml import etree
from pytest import MonkeyPatch

from backend.casework.models import Report
from backend.reporting import registry
from backend.workflow import catalogue
from backend.workflow.bpmn import BPMN, SPIFF
from backend.workflow.overlay import ABOUT, Files, written
from backend.workflow.promises import FILE as PROMISES
from backend.workflow.tables import DMN


def without(files: Files, where: str) -> dict[str, str] | None:
    """The files without what `where` names; None when that is not in a pack but in the release."""
    kind, _, name = where.partition(":")
    return _FROM_PACK[kind](dict(files), name) if kind in _FROM_PACK else None


def _element(files: dict[str, str], name: str) -> dict[str, str]:
    """A step taken out, with the line after it: what led to it leads on to what came next."""
    file = next(file for file, text in files.items() if file.endswith(".bpmn") and f'id="{name}"' in text)
    root = etree.fromstring(files[file].encode())
    node = next(n for n in root.iter() if n.get("id") == name)
    flows = list(root.iter(f"{{{BPMN}}}sequenceFlow"))
    out = next((n for n in flows if n.get("sourceRef") == name), None)
    gone = {name, *(n.get("id") for n in node.iter() if n.get("id"))}
    for flow in flows:
        if out is not None and flow.get("targetRef") == name:
            flow.set("targetRef", out.get("targetRef"))
    gone |= {flow.get("id") for flow in flows if flow.get("sourceRef") == name or (out is None and flow.get("targetRef") == name)}
    for n in list(root.iter()):
        named = {n.get("id"), n.get("bpmnElement"), n.get("attachedToRef"), (n.text or "").strip() if str(n.tag).endswith("Ref") else None}
        if named & gone and n.getparent() is not None and not str(n.tag).startswith(f"{{{SPIFF}}}"):
            n.getparent().remove(n)
    for n in root.iter():
        text = (n.text or "").strip()
        if text in gone and str(n.tag).endswith(("incoming", "outgoing")):
            n.text = "gone"
    return {**files, file: etree.tostring(root, encoding="unicode")}


def _question(files: dict[str, str], name: str) -> dict[str, str]:
    form, _, key = name.partition(".")
    return _form(files, form, lambda q: [] if q["key"] == key else [q])


def _option(files: dict[str, str], name: str) -> dict[str, str]:
    form, key, value = name.split(".", 2)
    kept = lambda q: {**q, "options": [o for o in q["options"] if o["value"] != value]} if q["key"] == key else q  # noqa: E731
    return _form(files, form, lambda q: [kept(q)])


def _form(files: dict[str, str], form: str, change: Callable[[dict], list[dict]]) -> dict[str, str]:
    file = f"forms/{form}.json"
    raw = json.loads(files[file])
    raw["questions"] = [kept for question in raw["questions"] for kept in change(question)]
    keys = {question["key"] for question in raw["questions"]}
    raw["questions"] = [q for q in raw["questions"] if not q.get("when") or next(iter(q["when"])) in keys]
    return {**files, file: json.dumps(raw)}


def _row(files: dict[str, str], name: str) -> dict[str, str]:
    table, _, row = name.partition(".")
    root = etree.fromstring(files[f"{table}.dmn"].encode())
    rule = next(n for n in root.iter(f"{{{DMN}}}rule") if n.get("id") == row)
    rule.getparent().remove(rule)
    return {**files, f"{table}.dmn": etree.tostring(root, encoding="unicode")}


def _listed(file: str, table: str) -> Callable[[dict[str, str], str], dict[str, str]]:
    def remove(files: dict[str, str], code: str) -> dict[str, str]:
        about = tomllib.loads(files[file])
        about[table] = [one for one in about[table] if one["code"] != code]
        return {**files, file: written(about)}

    return remove


_FROM_PACK: dict[str, Callable[[dict[str, str], str], dict[str, str]]] = {
    "element": _element, "question": _question, "option": _option, "row": _row, "promise": _listed(PROMISES, "promise"), "role": _listed(ABOUT, "role"),
    "setting": _listed(ABOUT, "setting"),
}  # fmt: skip


@contextmanager
def unregistered(where: str) -> Iterator[None]:
    """This release without what `where` names."""
    kind, _, name = where.partition(":")
    with MonkeyPatch.context() as patch:
        _FROM_RELEASE[kind](patch, name)
        _forget_addresses()
        yield
    _forget_addresses()


def _forget_addresses() -> None:
    """Addresses are kept by name, in each part of the site."""
    clear_url_caches()
    for part in (r for r in get_resolver().url_patterns if hasattr(r, "url_patterns")):
        part._reverse_dict, part._namespace_dict, part._app_dict, part._populated = {}, {}, {}, False


def _page(patch: MonkeyPatch, name: str) -> None:
    for resolver in (get_resolver(), *(r for r in get_resolver().url_patterns if hasattr(r, "url_patterns"))):
        for pattern in resolver.url_patterns:
            if getattr(pattern, "name", None) == name:
                patch.setattr(pattern, "name", "gone")


def _channel(patch: MonkeyPatch, code: str) -> None:
    patch.setattr(Report, "CHANNELS", [(known, label) for known, label in Report.CHANNELS if known != code])


_FROM_RELEASE: dict[str, Callable[[MonkeyPatch, str], None]] = {
    "page": _page, "channel": _channel,
    "operation": lambda patch, name: patch.delitem(catalogue._known.operations, name),
    "message": lambda patch, name: patch.delitem(catalogue._known.messages, name),
    "letter": lambda patch, name: patch.delitem(catalogue._known.letters, name),
    "measure": lambda patch, name: patch.delitem(registry._measures, name),
}  # fmt: skip
