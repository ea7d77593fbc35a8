"""Many cases without running each: a few are lived through the product's own commands, the rest are their copies in the database.

A copy has rows of its own in every table that belongs to a case, its own dates and its own officer. Knows every such table from
the models, so a new kind of row is copied without a word here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection, models

from backend.accounts.models import Landlord, Patch, User
from backend.audit.models import Entry
from backend.casework.models import Case, Person, Report
from backend.workflow.models import Instance, Version
from backend.workflow.publishing import live_version

#: Further apart than the numbers of any two lived rows; those of cases that are open begin in the middle.
STRIDE = 1_000_000
OPEN = STRIDE // 2
DAYS = 5 * 365
#: Columns that bear a row's number without a foreign key.
BARE = {"case_id", "party_id", "first_reporter"}
LEFT_OUT = {"rendition"}


@dataclass(frozen=True)
class Into:
    """Where copies go: whose they are, who works on them, and how many of each lived case."""

    landlord: Landlord
    officers: Sequence[User]
    patches: Sequence[Patch]
    first: int
    last: int


def now_open_ones() -> None:
    """The cases lived from here on stay open: their copies are of this week, but for one in ten, whose tasks are late."""
    with connection.cursor() as cursor:
        for model in belonging():
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, OPEN])


def copy_cases(into: Into) -> None:
    """Copy every lived row `into` a landlord."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # rows come whole: no checking of each, no refusing triggers
        for model in belonging():
            cursor.execute(_copying(model, into))
        cursor.execute("SET session_replication_role = DEFAULT")


def settle() -> None:
    """What a database does in quiet hours."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


@cache
def belonging() -> list[type[models.Model]]:
    """Every table whose rows belong to a case, those first that others point at."""
    roots: list[type[models.Model]] = [Person, Instance, Case, Report, Entry]
    found, grew = list(roots), True
    while grew:
        more = [m for m in apps.get_models() if m not in found and m._meta.model_name not in LEFT_OUT and _points_at(m, found)]
        found, grew = found + more, bool(more)
    return found


def _points_at(model: type[models.Model], known: Iterable[type[models.Model]]) -> bool:
    return any(field.related_model in known for field in model._meta.concrete_fields if field.is_relation)


def _copying(model: type[models.Model], into: Into) -> str:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join(_value(field, into) for field in fields)
    table = model._meta.db_table
    copies = f"generate_series({into.first}::bigint, {into.last}::bigint) g"
    return f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" t, {copies} WHERE t.id < {STRIDE}'


def _value(field: models.Field, into: Into) -> str:  # type: ignore[type-arg]
    column = f't."{field.column}"'
    if field.is_relation:
        return _reference(field, column, into)
    if field.primary_key or field.column in BARE:
        return f"{column} + g * {STRIDE}"
    if isinstance(field, models.UUIDField):
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE gen_random_uuid() END"
    if isinstance(field, models.DateTimeField):
        return f"{column} - {_age()}"
    if field.column == "reference":
        return f"CASE WHEN {column} = '' THEN '' ELSE {column} || '-' || g END"
    if field.column in ("key", "token_hash"):
        return f"CASE WHEN {column} = '' THEN '' ELSE left({column}, 12) || '-' || t.id || '-' || g END"
    if field.column in ("name", "place", "postcode", "phone") and field.model in (Person, Case, Report):
        return f"CASE WHEN {column} = '' THEN '' ELSE {_OTHER_WORDS[field.column]} END"
    return column


def _reference(field: models.Field, column: str, into: Into) -> str:  # type: ignore[type-arg]
    chosen: dict[type[models.Model], Sequence[int]] = {
        Landlord: [into.landlord.pk],
        Version: [live_version(into.landlord).pk],
        User: [user.pk for user in into.officers],
        Patch: [patch.pk for patch in into.patches],
    }
    one_of = chosen.get(field.related_model)  # type: ignore[call-overload]
    if one_of is None:
        return f"{column} + g * {STRIDE}" if field.related_model in belonging() else column
    numbers = ", ".join(map(str, one_of))
    return f"CASE WHEN {column} IS NULL THEN NULL ELSE (ARRAY[{numbers}])[1 + (g % {len(one_of)})::int] END"


def _age() -> str:
    """How much older a copy is than what was lived."""
    return f"make_interval(days => CASE WHEN t.id < {OPEN} THEN (g % {DAYS})::int WHEN g % 10 = 1 THEN 10 ELSE 0 END)"


def _one_of(words: Sequence[str], number: str) -> str:
    return f"(ARRAY[{', '.join(map(repr, words))}])[1 + (({number}) % {len(words)})::int]"


# Names and places differ from copy to copy as a town's do: some three thousand surnames, and streets of the same names.
_FIRST = [
    "Ada", "Ali", "Amy", "Ana", "Ben", "Cara", "Dan", "Eve", "Finn", "Gita", "Hana", "Ian", "Jo", "Kit", "Lena", "Max", "Nia",
    "Omar", "Pia", "Raj", "Sam", "Tess", "Uma", "Vic", "Will", "Yan", "Zoe",
]  # fmt: skip
_FRONT = [
    "Ash", "Bar", "Birch", "Black", "Brad", "Brook", "Burn", "Carl", "Cat", "Chad", "Col", "Dun", "Earn", "East", "Ed", "Fair",
    "Fern", "Gold", "Green", "Hal", "Har", "Haw", "Hol", "Hop", "Kil", "Kings", "Lam", "Lang", "Led", "Lin", "Long", "Mar", "Mil",
    "Nether", "New", "Nor", "Old", "Pem", "Pres", "Quin", "Rad", "Red", "Rook", "Sher", "Stan", "Sut", "Thorn", "Tyr", "Under",
    "Up", "Wal", "Wes", "White", "Whit", "Win", "Wol", "Yar",
]  # fmt: skip
_BACK = [
    "bourne", "bridge", "brough", "burn", "bury", "by", "combe", "cot", "cott", "croft", "cross", "dale", "den", "don", "ey",
    "field", "ford", "gate", "grave", "ham", "head", "hill", "holme", "hurst", "land", "ley", "low", "man", "marsh", "more",
    "mouth", "ness", "over", "port", "ridge", "shaw", "side", "stead", "stock", "ter", "thorpe", "ton", "try", "vale", "wall",
    "water", "way", "well", "wick", "wood", "worth", "wright",
]  # fmt: skip
_WAY = ["Road", "Lane", "Street", "Close", "Avenue", "Court", "Drive", "Gardens"]
_MIXED = "t.id * 7 + g * 31"
_SURNAME = f"{_one_of(_FRONT, _MIXED)} || {_one_of(_BACK, f'({_MIXED}) / 3')}"
_OTHER_WORDS = {
    "name": f"{_one_of(_FIRST, f'({_MIXED}) / 5')} || ' ' || {_SURNAME}",
    "place": f"1 + g % 180 || ' ' || {_SURNAME} || ' ' || {_one_of(_WAY, 'g / 2')}",
    "postcode": "'PE' || 10 + g % 25 || ' ' || g % 9 || 'AB'",
    "phone": "'07700 ' || lpad((g * 77 % 1000000)::text, 6, '0')",
}
