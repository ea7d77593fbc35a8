"""A case, a person or a home is found by anything somebody knows of it, however they spell it, and only by who may see it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import Landlord, User
from backend.casework import commands, people, search
from backend.casework.commands import Told
from backend.casework.models import Case, Person, Property, Tenancy
from tests.casework.test_safe_contact import keep_safe

Who = Callable[[str], User]


def reported(landlord: Landlord, user: Who, now: datetime, **told: object) -> Case:
    given = {
        "what": "Noise", "place": "Flats 1 to 12, Clarkson Court, Wisbech", "place_postcode": "PE13 2AB", "name": "Marian Webb",
        "phone": "+44 7700 900123", "address": ("Flat 3", "Clarkson Court"), "postcode": "PE13 2AB", **told,
    }  # fmt: skip
    report = commands.take_report(landlord=landlord, channel="telephone", told=Told(**given), by=user("calls"), now=now)  # type: ignore[arg-type]
    return commands.open_case(report=report, by=user("calls"), now=now)


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    reported(
        landlord, user, now, name="Żaneta O’Brien-Nowak", place="2 Quay Court", place_postcode="CB6 1RS", phone="", address=("1 Quay Court",),
        postcode="CB6 1RS",
    )  # fmt: skip
    return reported(landlord, user, now)


AS_TYPED = [
    "ASB-00002", "asb 2", "00002", "webb", "Marian Webb", "MARIAN", "clarkson", "flat 3 clarkson court", "PE13 2AB", "pe132ab",
    "07700 900123", "+44 7700 900 123", "0044 7700 900123", "900123", "clark", "3 clarkson court",
]  # fmt: skip


def test_what_stands_there_is_found_as_typed(case: Case, user: Who) -> None:
    found = {text: search.search(user("leader"), text) for text in AS_TYPED}
    assert [text for text, one in found.items() if [each.pk for each in one.cases] != [case.pk] or one.forgiven] == []


def test_accents_apostrophes_and_capitals_do_not_matter(case: Case, user: Who) -> None:
    for text in ("zaneta", "O'Brien", "obrien nowak", "ŻANETA"):
        assert [one.reference for one in search.search(user("leader"), text).cases] == ["ASB-00001"], text


SLIPS = ["wbeb", "weeb", "hebb", "Marion Webb", "clakrson court", "clarckson", "07700 900132", "marain web", "PE13 2AD"]


def test_a_slip_of_the_ear_or_the_finger_is_forgiven_and_said(case: Case, user: Who) -> None:
    found = {text: search.search(user("leader"), text) for text in SLIPS}
    assert [text for text, one in found.items() if case.pk not in [each.pk for each in one.cases] or not one.forgiven] == []


ABSENT = ["", "a", "  ", "zzzzzz qqqqq", "flat 4 clarkson court", "%", "_", "'; drop", "webb zaneta", "\\"]


def test_what_is_not_there_is_not_found(case: Case, user: Who) -> None:
    assert [text for text in ABSENT if search.search(user("leader"), text).cases] == []


def test_nobody_finds_what_they_may_not_see(case: Case, user: Who, landlord: Landlord) -> None:
    for text in ("webb", "wbeb", "ASB-00002", "07700 900123"):
        assert not search.search(user("officer2"), text) and not search.search(user("owner"), text)
    other = Landlord.objects.create(code="other", name="Other")
    stranger = User.objects.create_user("x@other.example", None, name="X", landlord=other)
    assert not search.search(stranger, "webb")


def test_a_tenant_of_a_home_is_found_by_everybody_who_works_on_cases_but_one_who_must_be_safe_only_by_their_own_officers(
    case: Case, landlord: Landlord, user: Who, now: datetime
) -> None:
    home = Property.objects.create(landlord=landlord, reference="P1", address=["9 Lark Rise", "ELY"], postcode="CB7 4PQ")
    tenant = Person.objects.create(
        landlord=landlord, name="Kofi Mensah", address=["9 Lark Rise", "ELY"], postcode="CB7 4PQ", reference="T1"
    )
    tenancy = Tenancy.objects.create(property=home, landlord=landlord, reference="N1", type="secure", starts=date(2020, 1, 1))
    tenancy.people.add(tenant)
    for text in ("mensah", "mensha", "9 lark rise"):
        found = search.search(user("officer"), text)
        assert list(found.people) == [tenant], text
    assert list(search.search(user("officer"), "lark rise").homes) == [home]
    party = commands.add_party(
        case=case, role="witness", name="x", description="", phone="", email="", address=[], postcode="", confidential=False,
        by=user("officer"), now=now,
    )  # fmt: skip
    party.person = tenant
    party.save()
    keep_safe(tenant, user("officer"), now)
    assert list(search.search(user("officer"), "mensah").people) == [tenant]
    assert not search.search(user("officer2"), "mensah").people and not search.search(user("officer2"), "9 lark rise").people


def test_a_tenant_who_was_joined_to_somebody_who_must_be_safe_is_found_only_by_their_own_officers(
    case: Case, landlord: Landlord, user: Who, now: datetime
) -> None:
    officer, stranger = user("officer"), user("officer2")
    home = Property.objects.create(landlord=landlord, reference="P1", address=["9 Lark Rise", "ELY"], postcode="CB7 4PQ")
    tenant = Person.objects.create(landlord=landlord, name="Kofi Mensah", address=["9 Lark Rise"], postcode="CB7 4PQ", reference="T1")
    tenancy = Tenancy.objects.create(property=home, landlord=landlord, reference="N1", type="secure", starts=date(2020, 1, 1))
    tenancy.people.add(tenant)
    reporter = Person.objects.get(name="Marian Webb")
    keep_safe(reporter, officer, now)
    people.join(person=tenant, into=reporter, reason="The same number", by=officer, now=now)
    assert not search.search(stranger, "mensah").people and not search.search(stranger, "mensha").people
    assert [list(held) for _, held in people.home_page(stranger, home.pk).tenancies] == [[]]
    assert list(search.search(officer, "mensah").people) == [reporter]
    assert [list(held) for _, held in people.home_page(officer, home.pk).tenancies] == [[tenant]]


def test_somebody_written_down_twice_is_shown_once(case: Case, landlord: Landlord, user: Who) -> None:
    head = Person.objects.get(name="Marian Webb")
    twice = Person.objects.create(landlord=landlord, name="Marian Webb", same_as=head)
    case.parties.create(role="witness", person=twice, added_at=case.opened_at)
    assert list(search.search(user("leader"), "webb").people) == [head]


def test_a_search_asks_as_much_however_much_it_finds(case: Case, landlord: Landlord, user: Who, now: datetime) -> None:
    asked = []
    for _ in range(3):
        leader = user("leader")
        with CaptureQueriesContext(connection) as seen:
            search.search(leader, "webb")
        asked.append(len(seen))
        reported(landlord, user, now)
    assert len(set(asked)) == 1 and asked[0] <= 8


def test_a_report_shows_the_cases_of_the_same_person_open_or_closed_within_a_year(
    case: Case, landlord: Landlord, user: Who, now: datetime
) -> None:
    def of(**told: object) -> list[Case]:
        given = {"what": "x", "place": "Elsewhere", **told}
        report = commands.take_report(landlord=landlord, channel="online", told=Told(**given), by=None, now=now)  # type: ignore[arg-type]
        return search.cases_of_the_same_person(report)

    assert of(phone="07700 900 123") == of(name="marian webb", postcode="pe13 2ab") == [case]
    assert of(name="Marian Webb", postcode="PE14 7DE") == of(phone="07700") == of(name="") == []
    Case.objects.filter(pk=case.pk).update(closed_at=now.replace(year=2026, month=1))
    assert of(phone="07700 900 123") == [case]
    Case.objects.filter(pk=case.pk).update(closed_at=now.replace(year=2025, month=11, day=1))
    assert of(phone="07700 900 123") == []


#: A landlord with many cases: instance, case, its reporter and a respondent, each with a made-up name and street.
MANY = """
WITH made AS (
    INSERT INTO workflow_instance (landlord_id, version_id, facts, offers, active, messages, has_faults, awaits_message, started_at, ended_by)
    SELECT {landlord}, {version}, '{{}}', '[]', '[]', '[]', false, false, now(), '' FROM generate_series(1, {cases}) RETURNING id
), numbered AS (SELECT id, row_number() OVER () AS n FROM made), cases AS (
    INSERT INTO casework_case (landlord_id, reference, instance_id, opened_at, closed_at, outcome, place, postcode, category, severity, risk_band, patch_id)
    SELECT {landlord}, 'ASB-' || 10000 + n, id, now() - n * interval '25 minutes', CASE WHEN n % 20 > 0 THEN now() END, '',
        n % 60 || ' ' || (ARRAY['Clarkson','Orchard','Mill','Elm','Station','Bridge','Fenland','Lark','Quay','Hill'])[1 + n % 10] || ' '
        || (ARRAY['Court','Rise','Lane','Close','Street','Road','View'])[1 + n % 7], 'PE' || 10 + n % 40 || ' ' || n % 9 || 'AB', 'NOI', 'low', 'low',
        (SELECT id FROM accounts_patch ORDER BY id OFFSET n % 4 LIMIT 1)
    FROM numbered RETURNING id, place, postcode
), numbered_cases AS (SELECT id, place, postcode, row_number() OVER () AS n FROM cases), people AS (
    INSERT INTO casework_person (landlord_id, name, phone, email, address, postcode, is_tenant, reference, imported)
    SELECT {landlord}, initcap(translate((n * 7919 % 8000)::text, '0123456789', 'aeioubrstl')) || ' ' || initcap(translate((n * 104729 % 30000)::text,
        '0123456789', 'ranesolwit')), '07' || 100000000 + n * 7919, '', ARRAY[place], postcode, true, 'X' || n, '{{}}'
    FROM numbered_cases RETURNING id, reference
)
INSERT INTO casework_party (case_id, role, person_id, description, confidential, added_at)
SELECT c.id, 'reporter', p.id, '', false, now() FROM numbered_cases c JOIN people p ON p.reference = 'X' || c.n
"""


@pytest.mark.long
def test_a_search_among_a_hundred_thousand_cases_is_quick(case: Case, landlord: Landlord, user: Who) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY.format(landlord=landlord.pk, version=case.instance.version_id, cases=100_000))
        cursor.execute("ANALYZE casework_case, casework_person, casework_party, workflow_instance, workflow_task")
    took = {}
    for who in ("leader", "officer"):
        for text in (
            "webb",
            "wbeb",
            "Marian Webb",
            "clarkson court",
            "clarkson",
            "clrakson court",
            "7 orchard rise",
            "ASB-50000",
            "07700 900123",
            "court",
            "zzzzzz",
        ):
            started = time.perf_counter()
            search.search(user(who), text)
            took[who, text] = time.perf_counter() - started
    print(*(f"{seconds * 1000:6.0f} ms  {who}: {text}" for (who, text), seconds in took.items()), sep="\n")
    assert case.pk in [one.pk for one in search.search(user("leader"), "wbeb").cases]
    assert statistics.median(took.values()) < 0.5 and max(took.values()) < 5
