"""Reading a list of homes: a CSV file that somebody made elsewhere, trusted in nothing.

One line is one home with, if it is let, its present tenancy and up to four tenants. Knows what a line must look like and
says in a sentence what is wrong with it; knows nothing of the database.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.casework.models import Tenancy
from backend.casework.postcodes import tidy
from backend.casework.text import plain
from backend.errors import InvalidAnswers

MOST_BYTES, MOST_LINES, TENANTS, FIELD = 10 * 1024 * 1024, 50_000, 4, "file"
LIMITS = {"property_reference": 40, "tenancy_reference": 40, "address_1": 100, "address_2": 100, "address_3": 100, "town": 100}
_HOME = ("property_reference", "uprn", "address_1", "address_2", "address_3", "town", "postcode", "patch")
_TENANCY = ("tenancy_reference", "tenancy_type", "tenancy_start", "tenancy_end")
_OF_A_TENANT = {"reference": 40, "name": 200, "phone": 40, "email": 254}
_TENANTS = tuple(f"tenant_{number}_{part}" for number in range(1, TENANTS + 1) for part in _OF_A_TENANT)
COLUMNS = (*_HOME, *_TENANCY, *_TENANTS)
NEEDED = ("property_reference", "address_1", "postcode")
_TYPES = {word.casefold(): code for code, label in Tenancy.TYPES for word in (code, label, f"{label} tenancy")}
#: What one list may name once.
_ONCE = ("property_reference", "tenancy_reference")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


@dataclass(frozen=True)
class Tenant:
    reference: str
    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Line:
    """One line that can be taken. `tenancy` is empty for a home that is not let."""

    number: int
    cells: list[str]
    reference: str
    uprn: str
    address: list[str]
    postcode: str
    patch: str
    tenancy: str = ""
    type: str = ""
    starts: date | None = None
    ends: date | None = None
    tenants: list[Tenant] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """One line that cannot be taken, and everything that is wrong with it."""

    number: int
    cells: list[str]
    why: str


def text_of(data: bytes) -> str:
    """The file as text. Raises `InvalidAnswers` with what to do about one that is no list of homes."""
    if not data:
        raise _refused("Choose a file; this one is empty")
    if len(data) > MOST_BYTES:
        raise _refused(f"The file must be smaller than {MOST_BYTES // 2**20} MB. Split it and import the parts one after the other")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused("The file is not a CSV file in UTF-8. In Excel choose “Save as”, then “CSV UTF-8”") from None
    if "\0" in text:
        raise _refused("The file is not a CSV file. In Excel choose “Save as”, then “CSV UTF-8”")
    rows = _rows(text)
    _check_columns(rows[0][1] if rows else [])
    if len(rows) < 2:
        raise _refused("The file has no line below its headings")
    if len(rows) - 1 > MOST_LINES:
        raise _refused(f"The file has {len(rows) - 1:,} lines; at most {MOST_LINES:,} can be taken at once. Split it")
    return text


def _refused(sentence: str) -> InvalidAnswers:
    return InvalidAnswers({FIELD: sentence})


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Every row that holds anything, with the number that a spreadsheet gives it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(number, row) for number, row in enumerate(reader, start=1) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise _refused(f"Line {reader.line_num} cannot be read: a quotation mark may be open, or a field too long") from None


def _check_columns(heading: Iterable[str]) -> None:
    columns = [_column(name) for name in heading]
    if len(columns) == 1 and (";" in columns[0] or "\t" in columns[0]):
        raise _refused("The columns must be separated by commas. In Excel choose “Save as”, then “CSV UTF-8”")
    if strange := [name for name in columns if name not in COLUMNS]:
        raise _refused(f"We do not know the column “{strange[0][:60]}”. Take it out, or give it one of the names listed below")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise _refused(f"The column “{twice[0]}” is there twice. Take one out")
    if missing := [name for name in NEEDED if name not in columns]:
        raise _refused(f"The column “{missing[0]}” is missing. Add it: every home needs it")


def _column(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", plain(name).strip().lower())


def count(text: str) -> int:
    """How many lines a list has below its headings."""
    return len(_rows(text)) - 1


def lines_in(text: str, patches: Iterable[str], *, after: int = 0) -> Iterator[Line | Refusal]:
    """Every line of a list that `text_of` took, read or refused, but for the first `after`. What comes twice is refused the
    second time."""
    (_, heading), *rows = _rows(text)
    columns, known = [_column(name) for name in heading], {name.casefold(): name for name in patches}
    seen: dict[tuple[str, str], int] = {}
    for position, (number, cells) in enumerate(rows):
        told = {key: plain(cells[columns.index(key)]) for key in _ONCE if key in columns and columns.index(key) < len(cells)}
        first = {key: seen.setdefault((key, value), number) for key, value in told.items() if value}
        if position < after:
            continue
        again = [f"Line {line} has the same {_said(key)}. Keep one of them." for key, line in first.items() if line != number]
        yield Refusal(number, cells, " ".join(again)) if again else _read(number, cells, columns, known)


def _read(number: int, cells: list[str], columns: list[str], patches: Mapping[str, str]) -> Line | Refusal:
    if len(cells) > len(columns):
        return Refusal(number, cells, f"The line has {len(cells)} cells and the headings {len(columns)}. A comma may need quotation marks.")
    row = dict.fromkeys(COLUMNS, "") | {name: plain(cell) for name, cell in zip(columns, cells, strict=False)}
    problems = [*_problems_of_home(row, patches), *_problems_of_tenancy(row), *_problems_of_tenants(row)]
    if problems:
        return Refusal(number, cells, " ".join(problems))
    address = [row[key] for key in ("address_1", "address_2", "address_3", "town") if row[key]]
    type_, starts, ends = _TYPES.get(row["tenancy_type"].casefold(), ""), _day(row["tenancy_start"]), _day(row["tenancy_end"])
    return Line(
        number, cells, row["property_reference"], row["uprn"], address, tidy(row["postcode"]) or "",
        patches.get(row["patch"].casefold(), ""), row["tenancy_reference"], type_, starts, ends, list(_tenants(row)),
    )  # fmt: skip


def _problems_of_home(row: Mapping[str, str], patches: Mapping[str, str]) -> Iterator[str]:
    for key in NEEDED:
        if not row[key]:
            yield f"The {_said(key)} is missing."
    for key, most in LIMITS.items():
        if len(row[key]) > most:
            yield f"The {_said(key)} is longer than {most} characters."
    if row["postcode"] and tidy(row["postcode"]) is None:
        yield f"“{row['postcode'][:20]}” is not a full UK postcode."
    if row["uprn"] and not re.fullmatch(r"[0-9]{1,12}", row["uprn"]):
        yield f"The UPRN “{row['uprn'][:20]}” is not a number of up to 12 digits."
    if row["patch"] and row["patch"].casefold() not in patches:
        yield f"There is no patch called “{row['patch'][:60]}”."


def _problems_of_tenancy(row: Mapping[str, str]) -> Iterator[str]:
    if not row["tenancy_reference"]:
        if any(row[key] for key in (*_TENANCY, *_TENANTS)):
            yield "There is a tenancy or a tenant, but no tenancy reference."
        return
    if row["tenancy_type"].casefold() not in _TYPES:
        yield f"“{row['tenancy_type'][:40]}” is not a type of tenancy that we know."
    for key in ("tenancy_start", "tenancy_end"):
        if _day(row[key]) is None and (row[key] or key == "tenancy_start"):
            yield f"The {_said(key)} “{row[key][:20]}” is not a date like 2024-03-31 or 31/03/2024."
    starts, ends = _day(row["tenancy_start"]), _day(row["tenancy_end"])
    if starts and ends and ends < starts:
        yield "The tenancy ends before it starts."


def _problems_of_tenants(row: Mapping[str, str]) -> Iterator[str]:
    for number, one in enumerate(_people(row), start=1):
        if not any(one.values()):
            continue
        if not one["name"] or not one["reference"]:
            yield f"Tenant {number} needs a name and a reference, by which the same person is found the next time."
        if one["email"] and not _EMAIL.match(one["email"]):
            yield f"“{one['email'][:60]}” is not an e-mail address."
        for part, most in _OF_A_TENANT.items():
            if len(one[part]) > most:
                yield f"The {part} of tenant {number} is longer than {most} characters."
    references = [one["reference"] for one in _people(row) if one["reference"]]
    if len(set(references)) < len(references):
        yield "The same tenant is there twice."


def _people(row: Mapping[str, str]) -> list[dict[str, str]]:
    return [{part: row[f"tenant_{number}_{part}"] for part in _OF_A_TENANT} for number in range(1, TENANTS + 1)]


def _tenants(row: Mapping[str, str]) -> Iterator[Tenant]:
    return (Tenant(**one) for one in _people(row) if one["reference"])


def _said(key: str) -> str:
    return "first line of the address" if key == "address_1" else key.replace("_", " ")


def _day(text: str) -> date | None:
    for shape in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = datetime.strptime(text, shape).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
        return found if 1900 <= found.year <= 2200 else None
    return None
