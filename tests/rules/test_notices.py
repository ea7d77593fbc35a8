"""The dates of notices count as the statutes say."""

from __future__ import annotations

from datetime import date

import pytest

from backend.rules.notices import (
    KINDS,
    LAST_DAYS,
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
)

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
        ("demotion", "2026-11-25", "2027-11-24"),
        ("extension_notice", "2026-01-12", "2026-11-16"),
    ],
)
def test_appeals_demotion_and_extension_end_with_their_last_whole_day(what: str, since: str, last: str) -> None:
    law, count = LAST_DAYS[what]
    assert count(on(since)) == on(last) and "Act" in law


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
