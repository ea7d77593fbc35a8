"""A list of homes is tried first, kept when somebody says so, and never trusted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Landlord, User
from backend.casework import importing
from backend.casework.homes_list import COLUMNS
from backend.casework.jobs import import_waiting
from backend.casework.models import HomesImport, Person, Property, Tenancy
from backend.errors import AlreadyDone, InvalidAnswers, NotAllowed, NotFound

Who = Callable[[str], User]
HEADING = "property_reference,uprn,address_1,town,postcode,patch,tenancy_reference,tenancy_type,tenancy_start,tenancy_end,tenant_1_reference,tenant_1_name,tenant_1_phone,tenant_1_email,tenant_2_reference,tenant_2_name"
LET = "H1,100012345678,1 Mill Lane,WISBECH,pe147de,,T1,Secure,2019-04-01,,P1,Ann Ash,07700 900111,ann@ash.example,P2,Bob Ash"
EMPTY = 'H2,,"Flat 2, Mill House",WISBECH,PE14 7DE,March,,,,,,,,,,'


def given(user: User, now: datetime, *lines: str, heading: str = HEADING) -> HomesImport:
    content = BytesIO("\r\n".join([heading, *lines]).encode("utf-8-sig"))
    made = importing.give_list(filename="homes.csv", content=content, by=user, now=now)
    import_waiting()
    made.refresh_from_db()
    return made


def kept(user: User, now: datetime, *lines: str) -> HomesImport:
    made = given(user, now, *lines)
    importing.keep_list(import_id=made.pk, by=user, now=now)
    import_waiting()
    made.refresh_from_db()
    return made


def counts(made: HomesImport) -> tuple[int, int, int, int]:
    return made.added, made.changed, made.same, made.refused


def test_nothing_is_kept_until_an_administrator_says_so(landlord: Landlord, user: Who, now: datetime) -> None:
    made = given(user("admin"), now, LET, EMPTY)
    assert made.status == HomesImport.LOOKED and counts(made) == (2, 0, 0, 0)
    assert not Property.objects.exists() and not Person.objects.exists() and not Tenancy.objects.exists()
    importing.keep_list(import_id=made.pk, by=user("admin"), now=now)
    import_waiting()
    made.refresh_from_db()
    assert made.status == HomesImport.DONE and counts(made) == (2, 0, 0, 0) and made.text == ""
    with pytest.raises(AlreadyDone):
        importing.drop_list(import_id=made.pk, by=user("admin"), now=now)


def test_homes_tenancies_and_tenants_are_as_the_list_says(landlord: Landlord, user: Who, now: datetime) -> None:
    kept(user("admin"), now, LET, EMPTY)
    home, flat = Property.objects.order_by("reference")
    assert (home.uprn, home.address, home.postcode, home.patch.name) == ("100012345678", ["1 Mill Lane", "WISBECH"], "PE14 7DE", "Wisbech")  # type: ignore[union-attr]
    assert flat.address == ["Flat 2, Mill House", "WISBECH"] and flat.patch.name == "March" and not flat.tenancies.exists()  # type: ignore[union-attr]
    tenancy = home.tenancies.get()
    assert (tenancy.type, tenancy.starts, tenancy.ends) == ("secure", date(2019, 4, 1), None)
    assert sorted(tenancy.people.values_list("name", "phone", "postcode")) == [
        ("Ann Ash", "07700 900111", "PE14 7DE"),
        ("Bob Ash", "", "PE14 7DE"),
    ]


def test_the_same_list_again_changes_nothing(landlord: Landlord, user: Who, now: datetime) -> None:
    kept(user("admin"), now, LET, EMPTY)
    before = list(Person.objects.values_list("pk", flat=True))
    assert counts(kept(user("admin"), now, LET, EMPTY)) == (0, 0, 2, 0)
    assert list(Person.objects.values_list("pk", flat=True)) == before and Tenancy.objects.count() == 1


def test_a_later_list_changes_what_it_says_and_not_what_an_officer_put_right(landlord: Landlord, user: Who, now: datetime) -> None:
    kept(user("admin"), now, LET)
    Person.objects.filter(reference="P1").update(phone="07700 900999")
    made = kept(
        user("admin"), now, LET.replace("07700 900111", "07700 900222").replace("Bob Ash", "Robert Ash").replace("Secure", "demoted")
    )
    assert counts(made) == (0, 1, 0, 0)
    assert dict(Person.objects.values_list("reference", "phone"))["P1"] == "07700 900999"
    assert Person.objects.get(reference="P2").name == "Robert Ash" and Tenancy.objects.get().type == "demoted"


def test_a_new_tenancy_ends_the_one_before_it(landlord: Landlord, user: Who, now: datetime) -> None:
    kept(user("admin"), now, LET)
    assert counts(kept(user("admin"), now, LET.replace("T1", "T2").replace("2019-04-01", "01/06/2024").replace("P2,Bob Ash", ","))) == (
        0,
        1,
        0,
        0,
    )
    old, new = Tenancy.objects.order_by("starts")
    assert (old.ends, new.ends, new.people.count()) == (date(2024, 6, 1), None, 1)


@pytest.mark.parametrize(("line", "why"), [
    (LET.replace("H1", ""), "The property reference is missing."),
    (LET.replace("pe147de", "PE14"), "“PE14” is not a full UK postcode."),
    (LET.replace("100012345678", "10A"), "The UPRN “10A” is not a number"),
    (LET.replace("pe147de,", "pe147de,Leeds"), "There is no patch called “Leeds”."),
    (LET.replace("Secure", "Feudal"), "“Feudal” is not a type of tenancy"),
    (LET.replace("2019-04-01", "1.4.2019"), "is not a date like"),
    (LET.replace("2019-04-01,", "2019-04-01,2018-01-01"), "ends before it starts"),
    (LET.replace("T1", ""), "no tenancy reference"),
    (LET.replace("P1", ""), "Tenant 1 needs a name and a reference"),
    (LET.replace("P2", "P1"), "The same tenant is there twice."),
    (LET.replace("ann@ash.example", "ann"), "“ann” is not an e-mail address."),
    (LET + ",one more", "The line has 17 cells and the headings 16."),
    (LET.replace("1 Mill Lane", "x" * 101), "longer than 100 characters"),
])  # fmt: skip
def test_a_line_that_cannot_be_taken_is_refused_with_a_sentence_and_the_others_are_taken(
    line: str, why: str, landlord: Landlord, user: Who, now: datetime
) -> None:
    made = given(user("admin"), now, line, EMPTY)
    refused = made.refused_lines.get()
    assert counts(made) == (1, 0, 0, 1) and refused.line == 2 and why in refused.why and refused.cells == line.split(",")


def test_what_comes_twice_is_refused_the_second_time_even_far_apart(landlord: Landlord, user: Who, now: datetime) -> None:
    lines = [EMPTY.replace("H2", f"E{number}") for number in range(importing.BATCH + 20)]
    made = given(user("admin"), now, LET, *lines, LET.replace("H1", "H9"), EMPTY.replace("H2", "E5"))
    assert [(one.line, one.why) for one in made.refused_lines.all()] == [
        (importing.BATCH + 23, "Line 2 has the same tenancy reference. Keep one of them."),
        (importing.BATCH + 24, "Line 8 has the same property reference. Keep one of them."),
    ]
    assert counts(made) == (importing.BATCH + 21, 0, 0, 2)


@pytest.mark.parametrize(("data", "why"), [
    (b"", "empty"), ("property_reference,address_1,postcode\nH1,Ä,PE14 7DE".encode("cp1252"), "CSV UTF-8"),
    (HEADING.encode("utf-16"), "CSV UTF-8"), (b"property_reference;address_1;postcode\nH1;x;PE14 7DE", "separated by commas"),
    (b"property_reference,address_1\nH1,x", "“postcode” is missing"), (b"property_reference,address_1,postcode,salary\nH,x,y,z", "“salary”"),
    (b"property_reference,address_1,postcode,Postcode\nH,x,y,z", "twice"), (b"property_reference,address_1,postcode\n", "no line"),
    (b'property_reference,address_1,postcode\nH1,"x,y', "quotation mark"), (b"PK\x03\x04\0\0", "CSV"), (b"x" * (10 * 1024 * 1024 + 1), "10 MB"),
    (b"property_reference,address_1,postcode\n" + b"H,x,y\n" * 50_001, "Split it"),
])  # fmt: skip
def test_a_file_that_is_no_list_of_homes_is_refused_whole_with_what_to_do(data: bytes, why: str, user: Who, now: datetime) -> None:
    with pytest.raises(InvalidAnswers) as caught:
        importing.give_list(filename="x.csv", content=BytesIO(data), by=user("admin"), now=now)
    assert why in caught.value.problems["file"] and not HomesImport.objects.exists()


def test_headings_may_be_written_as_people_write_them(landlord: Landlord, user: Who, now: datetime) -> None:
    assert counts(given(user("admin"), now, "H1,1 Mill Lane,PE14 7DE", heading="Property reference,ADDRESS-1, Postcode ")) == (1, 0, 0, 0)


def test_only_an_administrator_of_the_landlord_gives_keeps_or_sees_a_list(landlord: Landlord, user: Who, now: datetime) -> None:
    made = given(user("admin"), now, LET)
    for wrong in ("officer", "leader"):
        with pytest.raises(NotAllowed):
            importing.keep_list(import_id=made.pk, by=user(wrong), now=now)
        with pytest.raises(NotAllowed):
            importing.imports(user(wrong))
    other = Landlord.objects.create(code="other", name="Other")
    User.objects.filter(pk=user("admin").pk).update(landlord=other)
    with pytest.raises(NotFound):
        importing.import_by_id(user("admin"), made.pk)


def test_a_batch_that_dies_is_gone_through_once(landlord: Landlord, user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        LET.replace("H1", f"H{n}").replace("T1", f"T{n}").replace("P1", f"A{n}").replace("P2", f"B{n}")
        for n in range(importing.BATCH + 100)
    ]
    made = given(user("admin"), now, *lines)
    importing.keep_list(import_id=made.pk, by=user("admin"), now=now)
    assert importing.import_next(now=now) is True
    real = HomesImport.save
    monkeypatch.setattr(HomesImport, "save", lambda *args, **words: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(MemoryError):
        importing.import_next(now=now)
    monkeypatch.setattr(HomesImport, "save", real)
    import_waiting()
    made.refresh_from_db()
    assert counts(made) == (len(lines), 0, 0, 0) and Property.objects.count() == len(lines) and Person.objects.count() == 2 * len(lines)


@pytest.mark.long
def test_twelve_thousand_homes_are_kept_in_under_a_minute(landlord: Landlord, user: Who, now: datetime) -> None:
    lines = [
        f'H{n},{n},"{n % 200} Street {n // 200}",ELY,CB7 4PQ,,T{n},assured,2020-01-01,,P{n},Tenant {n},07700 {n:06},t{n}@x.example,Q{n},Joint {n}'
        for n in range(12_000)
    ]
    started = time.monotonic()
    tried = given(user("admin"), now, *lines)
    looked = time.monotonic()
    importing.keep_list(import_id=tried.pk, by=user("admin"), now=now)
    import_waiting()
    took = time.monotonic() - looked
    print(f"tried in {looked - started:.1f} s, kept in {took:.1f} s")
    assert Property.objects.count() == 12_000 and Person.objects.count() == 24_000 and took < 60


def test_every_column_has_one_name() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_a_refused_line_has_the_number_that_a_spreadsheet_gives_it(user: Who, now: datetime) -> None:
    made = given(user("admin"), now, EMPTY, "", LET.replace("Secure", "Feudal"))
    assert made.refused_lines.get().line == 4


def test_a_list_that_changes_nothing_asks_as_much_for_many_homes_as_for_one(user: Who, now: datetime) -> None:
    lets = [LET.replace("H1", f"H{n}").replace("T1", f"T{n}").replace("P1", f"A{n}").replace("P2", f"B{n}") for n in range(1, 9)]
    kept(user("admin"), now, *lets)
    asked = []
    for lines in (lets[:1], lets):
        importing.give_list(
            filename="homes.csv", content=BytesIO("\r\n".join([HEADING, *lines]).encode()), by=user("admin"), now=now
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            importing.import_next(now=now)
        asked.append(len(queries))
    assert asked[0] == asked[1]
