"""A notice about a home: its dates come from the law, each tenant gets a copy, and one that would be void is refused with the reasons."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

import letters
from backend.accounts.models import Landlord, User
from backend.casework import commands as casework
from backend.casework.models import Case, Party, Person, Record
from backend.casework.models.homes import Property, Tenancy
from backend.correspondence import commands, notices, writing
from backend.correspondence.commands import queue_letter
from backend.correspondence.models import Letter, Service
from backend.correspondence.wording import confirmed
from backend.correspondence.words import Writing
from backend.errors import AlreadyDone, Refused
from backend.rules.notices import Notice, dates_of
from backend.rules.working_time import LONDON
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
NOTICES = sorted(code for code, kind in letters.kinds().items() if kind.notice)
#: A Wednesday morning, as in the statute's test vectors.
MORNING = datetime(2026, 11, 25, 10, tzinfo=LONDON)
REASONS = [{"on": "2026-11-04", "what": "A caretaker was threatened."}]
COUNCIL: dict[str, Any] = {"landlord_type": "local-authority"}
PROVIDER: dict[str, Any] = {"landlord_type": "registered-provider"}
INTRODUCTORY = {"tenancy_type": "introductory", "tenancy_started": "2026-01-12", "rent_period": "weekly", "period_begins": "2026-11-02"}


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return open_case(landlord, user, now)


@pytest.fixture
def tenant(case: Case, user: Who, now: datetime) -> Party:
    return casework.add_party(
        case=case, role=Party.RESPONDENT, name="Dean Stock", description="", phone="", email="", address=["Flat 9", "Clarkson Court", "WISBECH"],
        postcode="PE13 2AB", confidential=False, by=user("officer"), now=now,
    )  # fmt: skip


def told(case: Case, party: Party, answers: dict[str, Any], now: datetime = MORNING) -> None:
    """What an officer answered in the tasks before."""
    kept = [{"key": key, "label": key, "shown": str(value), "value": value} for key, value in answers.items()]
    Record.objects.create(case=case, party=party, form="legal-tenancy", title="The tenancy", answers=kept, by=None, at=now)


@pytest.fixture
def landlord_is(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what the procedure's settings say of the landlord."""

    def set_to(**settings: Any) -> None:
        monkeypatch.setattr("backend.workflow.packs.Pack.known", lambda _pack, facts, _day: {**facts, **settings})

    return set_to


def to(case: Case, party: Party, now: datetime = MORNING) -> Writing:
    return Writing(Case.objects.get(pk=case.pk), party, None, {}, now)


def prepared(case: Case, party: Party, code: str, now: datetime = MORNING, **typed: Any) -> notices.Prepared:
    return notices.prepare(letters.kind(code), to(case, party, now), {"notice_reasons": REASONS, **typed})


def lives(landlord: Landlord, party: Party, *others: str, kind: str = "introductory", starts: date = date(2026, 1, 12)) -> Tenancy:
    """The home of the person complained about, on the landlord's list, with whoever holds it with them."""
    home = Property.objects.create(landlord=landlord, reference="H1", address=["Flat 9", "Clarkson Court", "WISBECH"], postcode="PE13 2AB")
    tenancy = Tenancy.objects.create(property=home, landlord=landlord, reference="T1", type=kind, starts=starts)
    tenancy.people.add(*(p for p in [party.person] if p), *(Person.objects.create(landlord=landlord, name=name) for name in others))
    return tenancy


def test_a_councils_notice_counts_from_the_later_of_hand_and_post_and_tells_its_dates(
    case: Case, tenant: Party, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**COUNCIL)
    told(case, tenant, INTRODUCTORY)
    found = prepared(case, tenant, "notice-introductory")
    assert found.dates.served == date(2026, 11, 27)
    assert found.needs | {"notice_given": "2026-11-25"} == found.needs
    assert (found.needs["notice_day"], found.needs["notice_claim_from"]) == ("2026-12-28", "2026-12-29")
    assert (found.needs["notice_review_by"], found.needs["notice_answer_by"]) == ("2026-12-10", "2026-12-27")
    assert (found.needs["tenants"], found.needs["home"]) == ("Dean Stock", "Flat 9, Clarkson Court, WISBECH, PE13 2AB")


def test_a_housing_association_hands_a_notice_over_unless_its_agreement_lets_it_post(
    case: Case, tenant: Party, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**PROVIDER)
    told(case, tenant, {"tenancy_type": "assured", "service_clause": False})
    only = prepared(case, tenant, "form-3", grounds=[{"number": "Ground 14", "about": "nuisance"}])
    assert (only.notice.kind, only.dates.served, only.needs["notice_day"]) == ("assured_ground14", date(2026, 11, 25), "2026-11-25")
    told(case, tenant, {"service_clause": True}, MORNING + timedelta(minutes=1))
    both = prepared(case, tenant, "form-3", grounds=[{"number": "14", "about": "nuisance"}, {"number": "12", "about": "breach"}])
    assert (both.notice.kind, both.dates.served, both.needs["notice_day"]) == ("assured_two_weeks", date(2026, 11, 27), "2026-12-11")


def test_the_landlords_list_says_who_holds_the_home_and_an_officer_where_it_does_not(
    case: Case, tenant: Party, landlord: Landlord, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**COUNCIL)
    told(case, tenant, INTRODUCTORY | {"joint": "Ada Stock and Ben Stock"})
    assert prepared(case, tenant, "notice-introductory").needs["tenants"] == "Dean Stock, Ada Stock and Ben Stock"
    lives(landlord, tenant, "Ada Stock")
    assert prepared(case, tenant, "notice-introductory").needs["tenants"] == "Dean Stock and Ada Stock"


def test_nobody_is_not_taken_for_a_tenant(case: Case, tenant: Party, landlord_is: Callable[..., None]) -> None:
    landlord_is(**COUNCIL)
    for minute, nobody in enumerate(("", "nobody", "No one", "-")):
        told(case, tenant, INTRODUCTORY | {"joint": nobody}, MORNING + timedelta(minutes=minute))
        assert prepared(case, tenant, "notice-introductory").needs["tenants"] == "Dean Stock"


def test_each_tenant_gets_a_copy_addressed_to_them_and_the_working_is_kept_once(
    case: Case, tenant: Party, landlord: Landlord, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**COUNCIL)
    lives(landlord, tenant, "Ada Stock")
    told(case, tenant, INTRODUCTORY | {"notice_reasons": REASONS, "notice_why": "It did not stop."})
    for _twice in range(2):
        queue_letter(kind_code="notice-introductory", key="notice", writing=to(case, tenant))
    own, hers = Letter.objects.order_by("pk")
    assert (own.to, hers.to) == ("Dean Stock", "Ada Stock")
    assert hers.data["recipient"] == {"name": "Ada Stock", "address": ["Flat 9", "Clarkson Court", "WISBECH", "PE13 2AB"]}
    assert {key for key in own.data if own.data[key] != hers.data[key]} == {"recipient"}
    kept = {answer["key"]: answer for answer in Record.objects.get(form="dates").answers}
    assert kept["review_by"]["value"] == "2026-12-10" and "Housing Act 1996 s.129" in kept["review_by"]["shown"]
    assert (
        "14 days, of which the first is the day of service" in kept["review_by"]["how"]
        and kept["review_by"]["law"] == "Housing Act 1996 s.129"
    )
    assert "A lawyer should confirm this day." in kept["proceedings_by"]["shown"]


REFUSED = [
    ("notice-introductory", COUNCIL, {"tenancy_type": "secure"}, {}, "cannot end a tenancy of this kind (Housing Act 1996 s.128)"),
    ("notice-introductory", PROVIDER, {}, {}, "Only a council's tenancy can be ended by this notice"),
    ("notice-introductory", COUNCIL, {"tenancy_started": "2025-12-20"}, {}, "was the last day for it (Housing Act 1996 s.130)"),
    ("notice-introductory", COUNCIL, {"rent_period": ""}, {}, "Say how the rent is paid"),
    ("notice-introductory", COUNCIL, {}, {"notice_reasons": []}, "at least one dated particular (Housing Act 1996 s.128)"),
    ("notice-absolute", COUNCIL, {"tenancy_type": "secure", "ground_condition": "offence", "ground_on": "2025-11-01"}, {"proof": "Court"}, "Saturday 31 October 2026 was the last day"),
    ("notice-absolute", COUNCIL, {"tenancy_type": "secure", "ground_condition": "closure", "ground_on": "2026-11-24"}, {"proof": "Court"}, "cannot be served before Friday 27 November 2026"),
    ("notice-absolute", COUNCIL, {"tenancy_type": "secure", "ground_condition": "offence", "ground_on": "2026-11-01"}, {}, "must name the conviction"),
    ("form-3", PROVIDER, {"tenancy_type": "assured"}, {}, "must set out each ground"),
    ("form-3", PROVIDER, {"tenancy_type": "assured"}, {"grounds": [{"number": "2", "about": "x"}]}, "Ground 2 is not a ground for behaviour"),
    ("form-3", PROVIDER | {"social_tenancy_reform": True}, {"tenancy_type": "assured"}, {"grounds": [{"number": "14", "about": "x"}]}, "Form 3A"),
    ("form-3", PROVIDER, {"tenancy_type": "market"}, {"grounds": [{"number": "14", "about": "x"}]}, "Renters' Rights Act 2025 holds"),
    ("form-3a", PROVIDER, {"tenancy_type": "assured"}, {"grounds": [{"number": "14", "about": "x"}]}, "does not hold for this social housing tenancy yet"),
    ("form-6a", PROVIDER, {"tenancy_type": "starter"}, {}, "Say whether the gas record"),
    ("form-6a", PROVIDER, {"tenancy_type": "starter", "gas": True, "deposit": False}, {}, "come before this notice"),
    ("form-6a", PROVIDER, {"tenancy_type": "starter", "tenancy_started": "2026-09-01", "gas": True, "deposit": True}, {}, "cannot be served before Friday 1 January 2027"),
    ("nsp-secure-periodic", COUNCIL, {"tenancy_type": "secure", "rent_period": "fixed"}, {"grounds": [{"number": "2", "about": "x"}]}, "must be on Part II of the Schedule"),
    ("notice-introductory", {}, {}, {}, "does not say what kind of landlord you are"),
    ("notice-introductory", COUNCIL, {"tenancy_type": ""}, {}, "Say what kind of tenancy Dean Stock holds"),
    ("notice-introductory", PROVIDER, {"notice_how": "left"}, {}, "must be handed to each tenant"),
]  # fmt: skip


def test_a_notice_that_would_be_void_is_refused_with_the_reason_and_nothing_is_kept(
    case: Case, tenant: Party, landlord_is: Callable[..., None], subtests: pytest.Subtests
) -> None:
    for code, settings, answers, typed, why in REFUSED:
        with subtests.test(why):
            Record.objects.filter(form="legal-tenancy").delete()
            landlord_is(**settings)
            told(case, tenant, INTRODUCTORY | answers | {"notice_why": "It did not stop.", "notice_reasons": REASONS} | typed)
            with pytest.raises(Refused) as refused:
                queue_letter(kind_code=code, key="notice", writing=to(case, tenant))
            assert why in refused.value.sentence
    assert not Letter.objects.filter(key="notice").exists() and not Record.objects.filter(form="dates").exists()


def test_a_tenancy_under_the_new_act_by_its_own_answer_takes_form_3a(case: Case, tenant: Party, landlord_is: Callable[..., None]) -> None:
    landlord_is(**PROVIDER)
    told(case, tenant, {"tenancy_type": "assured", "reformed_tenancy": True, "rent_period": "weekly", "period_begins": "2026-11-02"})
    found = prepared(case, tenant, "form-3a", grounds=[{"number": "14", "about": "nuisance"}])
    assert (found.notice.kind, found.needs["notice_day"]) == ("reformed_ground14", "2026-11-25")


def test_an_officer_writes_a_notice_and_is_asked_nothing_that_the_law_counts(
    case: Case, tenant: Party, user: Who, landlord: Landlord, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**COUNCIL)
    lives(landlord, tenant, "Ada Stock")
    told(case, tenant, INTRODUCTORY)
    sheet = writing.sheet(case, "notice-introductory", tenant, by=user("officer"), now=MORNING)
    assert {question.key for question in sheet.form.questions} == {"notice_given", "notice_why", "notice_reasons"}
    known = {"notice_given": "2026-11-30", "notice_why": "It did not stop.", "notice_reasons": REASONS}
    data = writing.boxes(sheet.form, known)
    letter = writing.draft(case=case, code="notice-introductory", party=tenant, data=data, press=uuid4(), by=user("officer"), now=MORNING)
    assert letter.status == Letter.DRAFT and letter.data["notice_given"] == "2026-11-30" and letter.data["notice_review_by"] == "2026-12-15"
    assert Letter.objects.filter(kind="notice-introductory").count() == 2
    assert [row.key for row in notices.working(letter, now=MORNING)][:2] == ["given", "served"]
    assert {"notice_day", "notice_review_by", "tenants"}.isdisjoint(q.key for q in writing.sheet_of(letter, now=MORNING).form.questions)


@pytest.fixture
def notice(case: Case, tenant: Party, landlord: Landlord, landlord_is: Callable[..., None]) -> Letter:
    """A notice that was planned to be given on Wednesday 25 November by hand and by post: deemed on the Friday."""
    landlord_is(**COUNCIL)
    lives(landlord, tenant, "Ada Stock")
    told(case, tenant, INTRODUCTORY | {"notice_reasons": REASONS, "notice_why": "It did not stop."})
    return queue_letter(kind_code="notice-introductory", key="notice", writing=to(case, tenant))


AS_PLANNED = [
    (MORNING, "hand", date(2026, 11, 25)), (MORNING, "left", date(2026, 11, 25)), (MORNING.replace(hour=17), "hand", date(2026, 11, 26)),
    (MORNING, "first_class", date(2026, 11, 27)),
]  # fmt: skip
TOO_LATE = [
    (MORNING, "second_class", "for a review, which is now too early: Monday 14 December 2026 is the last day (Housing Act 1996 s.129)"),
    (MORNING + timedelta(days=9), "hand", "names Monday 28 December 2026, which is too early: Monday 4 January 2027"),
    (MORNING + timedelta(days=30), "hand", "was the last day for it (Housing Act 1996 s.130)"),
    (MORNING, "email", "never served by e-mail or text message"),
]


def test_a_notice_counts_as_served_on_its_day_unless_its_printed_dates_would_be_too_early(
    notice: Letter, subtests: pytest.Subtests
) -> None:
    copies = list(Letter.objects.filter(kind="notice-introductory"))
    assert len(copies) == 2
    for copy in copies:
        for given, how, deemed in AS_PLANNED:
            with subtests.test(f"{how} {given} {copy.to}"):
                row = notices.served(copy, given=given, how=how)
                assert row.day == deemed and row.how.endswith(".") and row.law
        for given, how, why in TOO_LATE:
            with subtests.test(f"{why} {copy.to}"), pytest.raises(Refused, match="Make the notice anew") as refused:
                notices.served(copy, given=given, how=how)
            assert why in refused.value.sentence


def test_each_copy_of_a_notice_tells_of_the_others_and_whether_they_still_agree(notice: Letter, user: Who) -> None:
    first, second = Letter.objects.filter(kind="notice-introductory").order_by("pk")
    assert [(one.letter, one.same) for one in commands.copies_of(first)] == [(second, True)]
    assert [(one.letter, one.same) for one in commands.copies_of(second)] == [(first, True)]
    Letter.objects.filter(pk=first.pk).update(status=Letter.RENDERED)
    again = commands.write_again(letter_id=first.pk, by=user("officer"), now=MORNING + timedelta(days=3))
    assert [(one.letter, one.same) for one in commands.copies_of(second)] == [(again, False)], "its dates moved on, the other's did not"
    assert [one.letter for one in commands.copies_of(again)] == [second]
    with pytest.raises(AlreadyDone, match="written again already"):
        commands.write_again(letter_id=first.pk, by=user("officer"), now=MORNING + timedelta(days=3))
    assert "again" not in commands.open_steps(Letter.objects.get(pk=first.pk), user("officer"))
    client = Client()
    client.force_login(user("officer"))
    page = client.get(reverse("letter", args=[second.pk])).content.decode()
    assert reverse("letter", args=[again.pk]) in page and "It does not say the same as this one" in page


def test_a_tenant_whose_copy_is_served_stands_on_the_others_page_with_the_day(notice: Letter, user: Who) -> None:
    first, second = Letter.objects.filter(kind="notice-introductory").order_by("pk")
    Letter.objects.filter(pk=first.pk).update(status=Letter.SERVED)
    Service.objects.create(
        letter=first,
        how="hand",
        at=MORNING,
        place="x",
        server="x",
        deemed=date(2026, 11, 25),
        recorded_by=user("officer"),
        recorded_at=MORNING,
    )
    client = Client()
    client.force_login(user("officer"))
    page = client.get(reverse("letter", args=[second.pk])).content.decode()
    assert f"To {first.to}" in page and "Served, counts from 25 November 2026" in page


def test_whoever_approved_a_notice_approves_it_again_when_its_dates_were_counted_anew(notice: Letter, user: Who) -> None:
    Letter.objects.filter(pk=notice.pk).update(status=Letter.FAILED, approver="team-leader", approved_by=user("leader"))
    same = commands.try_again(letter_id=notice.pk, by=user("officer"), now=MORNING)
    assert same.approved_by == user("leader")
    Letter.objects.filter(pk=notice.pk).update(status=Letter.FAILED)
    later = commands.try_again(letter_id=notice.pk, by=user("officer"), now=MORNING + timedelta(days=3))
    assert (later.approved_by, later.status) == (None, Letter.APPROVAL)


def test_any_other_letter_counts_as_served_too(case: Case, tenant: Party) -> None:
    letter = Letter(case=case, party=tenant, kind="warning", title="Warning", data={}, key="w", queued_at=MORNING)
    assert notices.served(letter, given=MORNING, how="second_class").day == date(2026, 12, 1)
    with pytest.raises(Refused, match="E-mail and text messages never serve"):
        notices.served(letter, given=MORNING, how="email")


def test_a_prescribed_notice_prints_its_dates_in_the_lawyers_text(
    case: Case, tenant: Party, user: Who, landlord_is: Callable[..., None]
) -> None:
    landlord_is(**PROVIDER)
    answers = {"tenancy_type": "assured", "notice_reasons": REASONS, "notice_why": "It did not stop."}
    told(case, tenant, answers | {"grounds": [{"number": "14", "about": "nuisance"}]})
    with pytest.raises(Refused, match="cannot be issued"):
        queue_letter(kind_code="form-3", key="notice", writing=to(case, tenant))
    fields = ("tenants", "home", "notice_day", "notice_given", "grounds", "notice_reasons")
    confirmed.enter_text(
        code="form-3", version="May 2026", text="\n\n".join(f"{{{{ {field} }}}}" for field in fields), valid_from=date(2026, 5, 1),
        valid_until=None, lawyer="A. Lawyer", confirmed_on=date(2026, 11, 1), by=user("admin"), now=MORNING,
    )  # fmt: skip
    letter = queue_letter(kind_code="form-3", key="notice", writing=to(case, tenant))
    assert (letter.data["notice_day"], letter.data["notice_until"]) == ("2026-11-25", "2027-11-25")


EXTENSION = {
    "first_kind": "introductory", "first_started_on": "2026-01-12", "extension_reasons": "Loud music was played.",
    "first_ends_on": "2027-03-01", "first_new_end": "2027-09-01", "extension_review_by": "2027-03-01",
}  # fmt: skip
NINTH = datetime(2026, 11, 9, 10, tzinfo=LONDON)


def test_an_extension_of_an_introductory_tenancy_is_counted_by_the_law_whatever_was_typed(case: Case, tenant: Party) -> None:
    told(case, tenant, EXTENSION, NINTH)
    letter = queue_letter(kind_code="tenancy-extension", key="extension", writing=to(case, tenant, NINTH))
    assert {key: letter.data[key] for key in ("first_ends_on", "first_new_end", "extension_review_by")} == {
        "first_ends_on": "2027-01-11", "first_new_end": "2027-07-11", "extension_review_by": "2026-11-24",
    }  # fmt: skip
    kept = {answer["key"]: answer["value"] for answer in Record.objects.get(form="dates").answers}
    assert (kept["serve_by"], kept["serve_safe"]) == ("2026-11-16", "2026-11-09")
    assert notices.served(letter, given=NINTH, how="left").day == date(2026, 11, 9)
    for given, why in ((NINTH + timedelta(days=3), "now too early"), (NINTH + timedelta(days=8), "was the last day for it")):
        with pytest.raises(Refused, match=why):
            notices.served(letter, given=given, how="left")
    assert [row.key for row in notices.working(letter, now=NINTH)][:2] == ["given", "served"]


def test_an_extension_is_refused_too_late_or_twice_and_a_starter_tenancys_follows_its_agreement(case: Case, tenant: Party) -> None:
    told(case, tenant, EXTENSION, NINTH)
    with pytest.raises(Refused, match="Monday 16 November 2026 was the last day"):
        queue_letter(kind_code="tenancy-extension", key="extension", writing=to(case, tenant))
    told(case, tenant, {"trial_extended": True}, NINTH + timedelta(minutes=1))
    with pytest.raises(Refused, match="extended once"):
        queue_letter(kind_code="tenancy-extension", key="extension", writing=to(case, tenant, NINTH))
    told(case, tenant, {"first_kind": "starter"}, NINTH + timedelta(minutes=2))
    letter = queue_letter(kind_code="tenancy-extension", key="extension", writing=to(case, tenant))
    assert letter.data["first_ends_on"] == "2027-03-01" and notices.working(letter, now=MORNING) == ()


def test_the_working_of_a_notice_is_that_of_its_printed_dates_until_they_would_be_too_early(notice: Letter) -> None:
    planned = {row.key: row.day for row in notices.working(notice, now=MORNING)}
    tomorrow = {row.key: row.day for row in notices.working(notice, now=MORNING + timedelta(days=1))}
    assert planned == tomorrow and planned["named"] == date(2026, 12, 28)
    with pytest.raises(Refused, match="now too early"):
        notices.working(notice, now=MORNING + timedelta(days=6))


@pytest.mark.parametrize("code", NOTICES)
def test_a_notice_leaves_nothing_to_be_typed_that_the_law_counts(code: str) -> None:
    kind = letters.kind(code)
    assert kind.fixed <= notices.WORKED_OUT and {need.name for need in kind.needs} & notices.WORKED_OUT <= kind.fixed | {"notice_given"}
    assert {"tenants", "home"} <= kind.fixed and kind.lawyer and "email" not in kind.served_by


#: What stands behind the sample of each notice, which is handed over on Wednesday 25 November 2026.
SAMPLES: dict[str, dict[str, Any]] = {
    "notice-introductory": {"kind": "introductory", "started": date(2026, 1, 12)},
    "notice-demoted": {"kind": "demoted"},
    "notice-absolute": {"kind": "secure_absolute", "ground": "offence", "ground_on": date(2026, 3, 10)},
    "notice-demotion-assured": {"kind": "demotion_assured"},
    "notice-demotion-secure": {"kind": "demotion_secure"},
    "notice-flexible-end": {"kind": "flexible_end", "term_ends": date(2027, 6, 30)},
    "nsp-secure-periodic": {"kind": "secure_ground2"},
    "nsp-secure-fixed": {"kind": "secure_ground2", "period": "fixed"},
    "form-3": {"kind": "assured_two_weeks"},
    "form-3a": {"kind": "reformed_absolute", "ground": "closure", "ground_on": date(2026, 11, 17)},
    "form-6a": {"kind": "section21"},
}


@pytest.mark.parametrize("code", NOTICES)
def test_the_dates_in_the_sample_of_a_notice_are_those_that_the_law_gives(code: str) -> None:
    behind = {"period": "weekly", "period_begins": date(2026, 11, 2)} | SAMPLES[code]
    dates = dates_of(Notice(given=date(2026, 11, 25), how="hand", **behind))
    sample = json.loads((Path(letters.__file__).parent / "kinds" / code / "sample.json").read_text("utf-8"))
    for need, name in notices.DATES.items():
        if need in sample:
            assert sample[need] == getattr(dates, name).isoformat(), need
    assert sample["notice_given"] == "2026-11-25" and behind["kind"] in letters.kind(code).notice
