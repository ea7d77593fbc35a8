"""What the engine keeps of a case says nothing about anybody: only facts, row ids and places on the diagram."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models

from backend.accounts.models import Landlord
from backend.casework.models import Incident, Party, Person, Record, Report
from backend.demo.cases import make_cases
from backend.workflow.models import Done, Fault, Instance, Step

CASES = 12


def told() -> set[str]:
    """Every piece of text that people gave: names, addresses, telephone numbers, what happened, answers in words."""
    fields = {
        Person: ("name", "phone", "email", "address", "postcode"), Report: ("what", "place", "name", "phone", "email", "address", "who"),
        Incident: ("what", "place"), Party: ("description",), Record: ("answers",),
    }  # fmt: skip
    rows = (getattr(row, name) for model, names in fields.items() for row in model._default_manager.all() for name in names)
    return {text for value in rows for text in _texts(value) if sum(map(str.isalpha, text)) > 3} - set(_words_of_the_pack())


def _words_of_the_pack() -> Iterator[str]:
    """What the landlord's own forms say: an answer chosen from a list is no personal data."""
    yield from ("Yes", "No")
    for form in Instance.objects.select_related("version").latest("pk").version.contents.forms.values():
        for question in (*form.questions, *(column for asked in form.questions for column in asked.columns)):
            yield from (question.key, question.label, question.type)
            yield from (text for option in question.options for text in (option.value, option.label))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list() | tuple():
            for inner in value:
                yield from _texts(inner)


def kept(*querysets: models.QuerySet[Any]) -> str:
    """Everything that the engine room keeps, as one text; a step's own name is the diagram's."""
    own = {"name", "version", "landlord"}
    return json.dumps(
        [{f.name: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in own} for rows in querysets for row in rows],
        default=str,
    )


def test_no_name_address_number_or_narrative_gets_into_what_the_engine_keeps(landlord: Landlord, now: datetime) -> None:
    make_cases(landlord, now=now, how_many=CASES)
    engine = kept(Instance.objects.all(), Done.objects.all(), Step.objects.all(), Fault.objects.all())
    canaries = told()
    assert len(canaries) > 50 and Instance.objects.count() > CASES / 2
    assert [text for text in canaries if json.dumps(text)[1:-1] in engine] == []
