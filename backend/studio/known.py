"""The catalogue page: everything a diagram may hold and name, each from the one place where it is declared."""

from __future__ import annotations

import re
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from backend.workflow import bpmn, catalogue, functions
from backend.workflow.constructs import CONSTRUCTS, GROUPS, Construct
from backend.workflow.drawing import picture
from backend.workflow.expressions import CONSTANTS
from backend.workflow.overlay import Files
from backend.workflow.packs import letter_texts, read_pack
from backend.workflow.values import KIND_WORDS, Fact


def known(files: Files) -> dict[str, Any]:
    """What the page shows. `files` are those of a pack that can be read."""
    return {
        "groups": [(group, [(one, _picture(one)) for one in CONSTRUCTS if one.group == group]) for group in GROUPS],
        "refused": [(_spaced(name), why) for name, why in bpmn.NOT_OFFERED.items()],
        "operations": [(kind, [_parameter(p) for p in kind.parameters.values()]) for kind in catalogue.operations().values()],
        "letters": catalogue.letters(letter_texts(files)), "arrivals": catalogue.messages(), "people": catalogue.groups(),
        "facts": [_fact(fact) for _, fact in sorted(read_pack(files).facts.items())],
        "functions": functions.WORDS, "constants": list(CONSTANTS),
    }  # fmt: skip


def _picture(one: Construct) -> SafeString:
    return mark_safe(picture(one.sample))  # noqa: S308


def _spaced(name: str) -> str:
    """“Script task” for scriptTask."""
    words = re.sub(r"([A-Z])", r" \1", name.removesuffix("EventDefinition") + (" event" if name.endswith("Definition") else ""))
    return words[:1].upper() + words[1:].lower()


def _parameter(parameter: catalogue.Parameter) -> tuple[str, bool, str]:
    """Its label, whether it may be left out, and what it may be."""
    return (
        parameter.label,
        parameter.optional,
        "one of the letters below" if parameter.choices == "letters" else ", ".join(parameter.choices),
    )


def _fact(fact: Fact) -> dict[str, str]:
    return {"name": fact.name, "kind": KIND_WORDS[fact.kind], "choices": ", ".join(fact.choices), "source": fact.source or "the product"}
