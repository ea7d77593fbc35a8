"""The dates of notices count as the statutes say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given as tried
from hypothesis import settings
from hypothesis import strategies as some

from backend.rules.dates import add_months
from backend.rules.notices import (
    ABSOLUTE,
    KINDS,
    LAST_DAYS,
    PERIODS,
    POST,
    CannotCount,
    Dates,
    Notice,
    NotKnown,
    TooEarly,
    TooLate,
    dates_of,
    last_service,
    quit_date,
    served_on,
    trial_ends,
    workings,
)
from backend.rules.working_time import LONDON

MONDAY, FIRST = date(2026, 11, 2), date(2026, 1, 1)


def on(text: str) -> date:
    return date.fromisoformat(text)


def notice(kind: str, given: str, period: str = "weekly", begins: date = MONDAY, **more: object) -> Dates:
    return dates_of(Notice(kind, on(given), "hand", period, begins, **more))  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("served", "period", "begins", "expected"),
    [
        ("2026-11-23", "weekly", MONDAY, "2026-12-21"),
        ("2026-11-25", "weekly", MONDAY, "2026-12-28"),
        ("2015-12-23", "weekly", MONDAY, "2016-01-25"),
        ("2026-11-20", "monthly", FIRST, "2027-01-01"),
        ("2026-11-01", "monthly", FIRST, "2026-12-01"),
        ("2026-11-25", "fortnightly", MONDAY, "2026-12-28"),
        ("2026-11-25", "four_weekly", MONDAY, "2026-12-28"),
        ("2026-11-25", "quarterly", FIRST, "2027-04-01"),
        ("2026-11-25", "yearly", FIRST, "2028-01-01"),
    ],
)
def test_a_notice_to_quit_ends_with_a_rent_period_four_weeks_and_a_whole_period_away(
    served: str, period: str, begins: date, expected: str
) -> None:
    assert quit_date(on(served), period, begins) == on(expected)


@pytest.mark.parametrize(
    ("served", "period", "begins", "expected"),
    [("2026-11-23", "weekly", MONDAY, "2026-12-28"), ("2026-11-01", "monthly", FIRST, "2027-01-01"), ("2026-11-25", "weekly", MONDAY, "2026-12-28")],
)  # fmt: skip
def test_a_landlord_that_keeps_a_day_for_safety_names_the_next_period_where_the_time_would_be_exact(
    served: str, period: str, begins: date, expected: str
) -> None:
    assert quit_date(on(served), period, begins, safety=1) == on(expected)


@pytest.mark.parametrize(
    ("how", "given", "expected"),
    [
        ("first_class", "2026-11-20", "2026-11-24"),
        ("second_class", "2026-11-20", "2026-11-26"),
        ("first_class", "2026-12-23", "2026-12-29"),
        ("second_class", "2026-12-23", "2026-12-31"),
        ("hand", "2026-11-25", "2026-11-25"),
        ("left", "2026-11-21", "2026-11-23"),
    ],
)
def test_a_notice_counts_as_served_when_it_is_handed_over_or_the_post_would_have_come(how: str, given: str, expected: str) -> None:
    assert served_on(on(given), how) == on(expected)


@pytest.mark.parametrize(
    ("kind", "earliest", "until", "review"),
    [
        ("secure_other", "2026-12-28", "2027-12-28", None),
        ("secure_ground2", "2026-11-25", "2027-12-28", None),
        ("assured_two_weeks", "2026-12-09", "2027-11-25", None),
        ("assured_ground14", "2026-11-25", "2027-11-25", None),
        ("section21", "2027-01-25", "2027-05-25", None),
        ("demotion_secure", "2026-12-28", "2027-12-28", None),
        ("demotion_assured", "2026-12-09", "2027-11-25", None),
        ("demoted", "2026-12-28", "2027-05-25", "2026-12-08"),
        ("flexible_end", "2027-05-25", None, "2026-12-15"),
        ("quit", "2026-12-28", None, None),
    ],
)
def test_each_notice_has_its_own_earliest_last_and_review_day(kind: str, earliest: str, until: str | None, review: str | None) -> None:
    found = notice(kind, "2026-11-25")
    assert (found.earliest, found.until, found.review) == (on(earliest), until and on(until), review and on(review))


def test_a_secure_notice_on_ground_2_names_a_later_day_for_possession() -> None:
    assert notice("secure_ground2", "2026-11-25").possession == on("2026-12-28")


def test_the_absolute_ground_gives_seven_days_for_a_review_and_a_month_where_the_term_is_fixed() -> None:
    secure = notice("secure_absolute", "2026-11-25", ground="offence", ground_on=on("2026-03-10"))
    assert (secure.earliest, secure.until, secure.review) == (on("2026-12-28"), on("2027-12-28"), on("2026-12-01"))
    fixed = notice("assured_absolute", "2026-11-25", "fixed", ground="offence", ground_on=on("2026-03-10"))
    assert (fixed.earliest, fixed.until) == (on("2026-12-25"), on("2027-11-25"))


def test_a_month_after_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    assert notice("assured_absolute", "2027-01-31", "fixed", ground="noise", ground_on=on("2026-12-01")).served == on("2027-02-01")
    posted = dates_of(Notice("assured_absolute", on("2027-01-27"), "first_class", "fixed", None, "noise", on("2026-12-01")))
    assert posted.earliest == on("2027-02-28")


@pytest.mark.parametrize(
    ("ground", "happened", "last"),
    [("offence", "2026-03-10", "2027-03-09"), ("closure", "2026-11-17", "2027-02-16")],
)
def test_the_absolute_ground_must_be_relied_on_in_time(ground: str, happened: str, last: str) -> None:
    assert last_service(ground, on(happened)) == on(last)
    assert dates_of(Notice("secure_absolute", on(last), "hand", "weekly", MONDAY, ground, on(happened)))
    with pytest.raises(TooLate) as late:
        dates_of(Notice("secure_absolute", on("2027-03-10"), "hand", "weekly", MONDAY, ground, on(happened)))
    assert late.value.last == on(last)


def test_an_introductory_tenancy_ends_its_trial_after_a_year_and_the_claim_must_begin_before() -> None:
    started = on("2026-01-12")
    assert (trial_ends(started), trial_ends(started, extended=True)) == (on("2027-01-11"), on("2027-07-11"))
    found = notice("introductory", "2026-11-25", started=started)
    assert (found.earliest, found.until, found.review) == (on("2026-12-28"), on("2027-01-11"), on("2026-12-08"))
    with pytest.raises(TooLate):
        notice("introductory", "2026-12-21", started=started)


def test_section_21_is_not_open_in_the_first_four_months() -> None:
    assert notice("section21", "2026-11-25", started=on("2026-07-25"))
    with pytest.raises(TooEarly):
        notice("section21", "2026-11-25", started=on("2026-07-26"))


@pytest.mark.parametrize(
    ("what", "since", "last"),
    [
        ("cpn_appeal", "2026-11-25", "2026-12-15"),
        ("closure_appeal", "2026-11-25", "2026-12-15"),
        ("circumstances", "2026-11-25", "2026-12-09"),
        ("case_review_complaint", "2026-06-01", "2026-06-30"),
        ("case_review", "2026-06-10", "2026-12-09"),
        ("demotion", "2026-11-25", "2027-11-24"),
        ("extension_notice", "2026-01-12", "2026-11-16"),
    ],
)
def test_appeals_demotion_extension_and_case_reviews_end_with_their_last_whole_day(what: str, since: str, last: str) -> None:
    law, count = LAST_DAYS[what]
    assert count(on(since)) == on(last) and ("Act" in law or "Protocol" in law)


def test_a_licence_ends_on_the_day_that_its_notice_names() -> None:
    assert notice("own_day", "2026-11-25", "fixed", names=on("2026-12-24")).earliest == on("2026-12-24")


def test_what_has_not_been_said_is_asked_for_and_never_guessed() -> None:
    for missing in (
        Notice("secure_other", MONDAY, "hand"),
        Notice("introductory", MONDAY, "hand", "weekly", MONDAY),
        Notice("secure_absolute", MONDAY, "hand", "weekly", MONDAY),
        Notice("secure_other", MONDAY, "email", "weekly", MONDAY),
    ):
        with pytest.raises(NotKnown):
            dates_of(missing)


def test_every_kind_of_notice_says_its_statute() -> None:
    assert all("Act" in rule.law for kind, rule in KINDS.items() if kind != "own_day")


@pytest.mark.parametrize(
    ("at", "how", "also", "expected"),
    [
        (time(16, 30), "hand", "", "2026-11-25"),
        (time(16, 31), "hand", "", "2026-11-26"),
        (time(16, 31), "left", "", "2026-11-26"),
        (time(16, 31), "first_class", "", "2026-11-27"),
        (None, "hand", "first_class", "2026-11-27"),
        (None, "recorded", "", "2026-11-27"),
    ],
)
def test_what_is_handed_over_after_half_past_four_counts_a_working_day_later_and_of_two_ways_the_later_day_counts(
    at: time | None, how: str, also: str, expected: str
) -> None:
    assert dates_of(Notice("assured_ground14", on("2026-11-25"), how, at=at, also=also)).served == on(expected)


def test_a_claim_begins_after_the_day_that_a_secure_notice_names_and_on_the_day_that_an_assured_one_names() -> None:
    secure, assured = notice("secure_other", "2026-11-25"), notice("assured_two_weeks", "2026-11-25")
    assert (secure.named, secure.claim_from) == (on("2026-12-28"), on("2026-12-29"))
    assert (assured.named, assured.claim_from, assured.safe) == (on("2026-12-09"), on("2026-12-09"), on("2027-11-24"))
    at_once = notice("secure_ground2", "2026-11-25")
    assert (at_once.named, at_once.claim_from) == (on("2026-12-28"), on("2026-11-25"))


def test_a_review_is_answered_before_the_day_that_the_notice_names() -> None:
    found = notice("introductory", "2026-11-25", started=on("2026-01-12"))
    assert (found.review, found.decide, found.named) == (on("2026-12-08"), on("2026-12-27"), on("2026-12-28"))
    secure = notice("secure_absolute", "2026-11-25", ground="offence", ground_on=on("2026-03-10"))
    assert (secure.review, secure.decide, secure.serve_by) == (on("2026-12-01"), on("2026-12-27"), on("2027-03-09"))


def test_an_introductory_notice_is_served_while_the_day_it_names_still_falls_in_the_trial() -> None:
    started = on("2026-01-12")
    last = notice("introductory", "2026-11-25", started=started).serve_by
    assert last == on("2026-12-07")
    assert notice("introductory", "2026-12-07", started=started).named == on("2027-01-04")
    with pytest.raises(TooLate) as late:
        notice("introductory", "2026-12-08", started=started)
    assert late.value.last == last


def test_a_trial_period_is_extended_by_notice_eight_weeks_before_its_end_with_a_review_of_14_days() -> None:
    found = notice("extension", "2026-11-16", started=on("2026-01-12"))
    assert (found.named, found.until, found.serve_by) == (on("2027-01-11"), on("2027-07-11"), on("2026-11-16"))
    assert (found.review, found.decide) == (on("2026-11-29"), on("2027-01-10"))
    with pytest.raises(TooLate):
        notice("extension", "2026-11-17", started=on("2026-01-12"))


def test_a_flexible_tenancy_is_not_renewed_by_six_months_notice_and_then_two_within_the_term() -> None:
    found = notice("flexible_end", "2026-11-25", term_ends=on("2027-06-30"))
    assert (found.review, found.serve_by) == (on("2026-12-15"), on("2026-12-31"))
    with pytest.raises(TooLate):
        notice("flexible_end", "2027-01-04", term_ends=on("2027-06-30"))
    assert notice("flexible_end", "2026-08-28", term_ends=on("2027-02-28")).serve_by == on("2026-08-31")
    assert notice("flexible_possession", "2026-11-25", term_ends=on("2026-11-30")).named == on("2027-01-25")
    with pytest.raises(NotKnown, match="fixed term ends"):
        notice("flexible_possession", "2026-11-25")


def test_a_closed_home_must_have_been_shut_for_48_hours_before_notice_is_given() -> None:
    closed = Notice("secure_absolute", on("2026-11-19"), "hand", "weekly", MONDAY, "closure", on("2026-11-17"))
    with pytest.raises(TooEarly) as early:
        dates_of(closed)
    assert early.value.first == on("2026-11-20")
    shut = datetime(2026, 11, 17, 10, tzinfo=LONDON)
    with pytest.raises(TooEarly):
        dates_of(replace(closed, shut_since=shut, at=time(10)))
    assert dates_of(replace(closed, shut_since=shut, at=time(10, 1))).serve_by == on("2027-02-16")
    saturday = replace(closed, given=on("2026-11-21"), ground_on=on("2026-11-19"))
    with pytest.raises(TooEarly):
        dates_of(saturday)


def test_a_secure_fixed_term_keeps_four_weeks_and_asks_a_lawyer() -> None:
    fixed = Notice("secure_other", on("2026-11-25"), "hand", "fixed")
    row = next(row for row in workings(fixed) if row.key == "named")
    assert row.day == on("2026-12-23") and row.confirm


@pytest.mark.parametrize(
    ("kind", "named", "until"),
    [
        ("reformed_ground14", "2026-11-25", "2027-11-25"),
        ("reformed_absolute", "2026-11-25", "2027-11-25"),
        ("reformed_two_weeks", "2026-12-09", "2027-11-25"),
    ],
)
def test_under_the_renters_rights_act_serious_grounds_begin_at_once_and_every_date_is_for_a_lawyer(
    kind: str, named: str, until: str
) -> None:
    asked = Notice(kind, on("2026-11-25"), "hand", "monthly", FIRST, "offence", on("2026-03-10"))
    found = dates_of(asked)
    assert (found.named, found.claim_from, found.until) == (on(named), on(named), on(until))
    assert {row.key for row in workings(asked) if row.confirm} >= {"named", "proceedings_by"}


def whole(kind: str, given: date, how: str = "hand", period: str = "weekly") -> Notice:
    """A notice of that kind with everything said that any kind needs."""
    return Notice(kind, given, how, period, MONDAY, "offence", given - timedelta(days=30), given - timedelta(days=150),
                  names=given + timedelta(days=400) if kind == "own_day" else None, term_ends=add_months(given, 9))  # fmt: skip


#: Which row of the working gives which date.
ROWS = {
    "served": "served", "proceedings_by": "until", "claim_safe": "safe", "review_by": "review", "review_answer_by": "decide",
    "serve_from": "serve_from", "serve_by": "serve_by",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_date_of_every_notice_shows_its_working_with_its_section(kind: str) -> None:
    rows = workings(whole(kind, on("2026-11-25")))
    assert [row.key for row in rows[:2]] == ["given", "served"] and len({row.key for row in rows}) == len(rows)
    for row in rows:
        assert row.what and row.law and row.how.endswith(".") and len(row.how.split()) <= 35, row
    days = {row.key: row.day for row in rows}
    found = dates_of(whole(kind, on("2026-11-25")))
    kept = {key: getattr(found, name) for key, name in ROWS.items()}
    assert {key: day for key, day in kept.items() if day is not None} == {key: day for key, day in days.items() if key in kept}
    assert found.named == days["named"] and found.claim_from == days.get("proceedings_from", days["named"])


def test_where_the_statute_was_not_to_hand_the_working_asks_for_a_lawyer() -> None:
    rows = {row.key: row for row in workings(whole("secure_absolute", on("2026-11-25"), "first_class"))}
    assert {key for key, row in rows.items() if row.confirm} == {"proceedings_by", "review_answer_by", "serve_by"}
    assert rows["review_by"].law.startswith("Housing Act 1985 s.85ZA(2)") and "late by the statute" in rows["review_by"].how


days = some.dates(date(2024, 1, 1), date(2030, 12, 31))
PERIODIC = sorted(kind for kind in KINDS if kind not in ("own_day", "introductory", "extension", "flexible_possession"))


@settings(max_examples=300, deadline=None)
@tried(served=days, begins=days, period=some.sampled_from(sorted(PERIODS)), safety=some.integers(0, 9))
def test_a_tenancy_never_ends_sooner_than_four_weeks_and_a_whole_period_and_always_with_a_period(
    served: date, begins: date, period: str, safety: int
) -> None:
    day, (length, months) = quit_date(served, period, begins, safety), PERIODS[period]
    least = add_months(served, {1: 1, 3: 3, 12: 6}[months]) if months else served + timedelta(days=length)
    assert day >= served + timedelta(days=28 + safety) and day >= least + timedelta(days=safety)
    if length:
        assert (day - begins).days % length == 0 and (day - max(least, served + timedelta(days=28))).days - safety < length
    else:
        apart = (day.year - begins.year) * 12 + day.month - begins.month
        assert apart % months == 0 and day == add_months(begins, apart)


@settings(max_examples=300, deadline=None)
@tried(kind=some.sampled_from(PERIODIC), given=days, how=some.sampled_from(sorted(POST)), period=some.sampled_from(sorted(PERIODS)))
def test_no_notice_is_served_before_it_is_given_nor_claimed_upon_before_its_day_nor_after_it_lapses(
    kind: str, given: date, how: str, period: str
) -> None:
    asked = replace(whole(kind, given, how, period), term_ends=None)
    try:
        found = dates_of(asked)
    except CannotCount:
        return
    assert given <= found.served <= found.claim_from and found.served <= found.named
    assert found.review is None or found.served <= found.review
    assert found.until is None or (found.safe is not None and found.claim_from <= found.until and found.safe < found.until)
    assert found.decide is None or found.decide < found.named
    assert found.serve_by is None or found.served <= found.serve_by


@settings(max_examples=100, deadline=None)
@tried(kind=some.sampled_from(PERIODIC), given=days, later=some.integers(1, 200))
def test_a_notice_that_names_a_later_day_than_it_must_is_kept_to_that_day(kind: str, given: date, later: int) -> None:
    asked = replace(whole(kind, given), term_ends=None)
    least = dates_of(asked).named
    for shift in (later, -later):
        try:
            found = dates_of(replace(asked, names=least + timedelta(days=shift)))
        except TooLate:
            continue
        assert found.named == max(least, least + timedelta(days=shift))


@settings(max_examples=200, deadline=None)
@tried(served=days, ends=days, begins=days, period=some.sampled_from(sorted(PERIODS)))
def test_the_last_day_for_an_introductory_notice_is_the_last(served: date, ends: date, begins: date, period: str) -> None:
    started = add_months(ends, -12)
    asked = Notice("introductory", started, "first_class", period, begins, started=started)
    try:
        last = dates_of(asked).serve_by
    except CannotCount:
        return
    assert last is not None and quit_date(last, period, begins) < trial_ends(started) <= quit_date(last + timedelta(days=1), period, begins)


def test_the_absolute_ground_is_bounded_whichever_statute_it_stands_in() -> None:
    for kind in ABSOLUTE:
        with pytest.raises(TooLate, match=r"was the last day for it \(Housing Act"):
            dates_of(Notice(kind, on("2027-03-10"), "hand", "weekly", MONDAY, "offence", on("2026-03-10")))
