"""A notice that would be void is told with its reasons, each with its statute."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backend.rules.notices import KINDS, Notice, dates_of
from backend.rules.notices_void import COUNCIL, FITS, PROVIDER, Paper, Tenancy, assured_kind, form_for, void

MONDAY, GIVEN = date(2026, 11, 2), date(2026, 11, 25)
BOTH = ("Mr Daniel Price", "Ms Ada Price")


def whole(kind: str, tenancy: str, landlord: str, **more: object) -> tuple[Notice, Tenancy, Paper]:
    """A notice of that kind with nothing wrong."""
    notice = Notice(kind, GIVEN, "hand", "weekly", MONDAY, "offence", date(2026, 9, 1), date(2026, 7, 1), term_ends=date(2027, 12, 31),
                    names=date(2026, 12, 31) if kind == "own_day" else None)  # fmt: skip
    grounds = ("2",) if kind.startswith("secure") else ("14",)
    paper = Paper(BOTH, BOTH, particulars=2, review=dates_of(notice).review, grounds=grounds, papers_given=True)
    return notice, Tenancy(tenancy, landlord, BOTH, **more), paper  # type: ignore[arg-type]  # a test's shorthand


SOUND = [
    ("secure_ground2", "secure", COUNCIL, {}), ("secure_other", "flexible", COUNCIL, {}), ("secure_absolute", "secure", COUNCIL, {}),
    ("secure_absolute", "secure", PROVIDER, {}), ("demotion_secure", "secure", COUNCIL, {}), ("flexible_end", "flexible", COUNCIL, {}),
    ("flexible_possession", "flexible", COUNCIL, {}), ("introductory", "introductory", COUNCIL, {}), ("demoted", "demoted", COUNCIL, {}),
    ("assured_ground14", "assured", PROVIDER, {}), ("assured_two_weeks", "starter", PROVIDER, {}),
    ("assured_absolute", "demoted_shorthold", PROVIDER, {}), ("section21", "starter", PROVIDER, {}),
    ("demotion_assured", "assured", PROVIDER, {}), ("reformed_ground14", "market", PROVIDER, {}),
    ("reformed_two_weeks", "assured", PROVIDER, {"reformed": True}), ("reformed_absolute", "starter", PROVIDER, {"reformed": True}),
    ("quit", "licence", PROVIDER, {}), ("own_day", "lease", COUNCIL, {}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "tenancy", "landlord", "more"), SOUND)
def test_a_whole_notice_for_the_right_tenancy_is_not_void(kind: str, tenancy: str, landlord: str, more: dict[str, bool]) -> None:
    assert void(*whole(kind, tenancy, landlord, **more)) == ()


def test_every_kind_says_which_tenancy_it_fits_and_is_tried_here() -> None:
    assert set(FITS) == set(KINDS) == {kind for kind, *_ in SOUND} | {"extension"}


WRONG = [
    ("secure_ground2", "introductory", COUNCIL, {}, "cannot end a tenancy of this kind (Housing Act 1985 s.83)"),
    ("introductory", "introductory", PROVIDER, {}, "Only a council's tenancy"),
    ("demoted", "demoted", PROVIDER, {}, "Only a council's tenancy"),
    ("assured_ground14", "assured", COUNCIL, {}, "not an assured one"),
    ("assured_ground14", "secure", PROVIDER, {}, "cannot end a tenancy of this kind"),
    ("section21", "assured", PROVIDER, {}, "cannot end a tenancy of this kind (Housing Act 1988 s.21)"),
    ("section21", "starter", PROVIDER, {"reformed": True}, "no section 21 and no demotion (SI 2026/421)"),
    ("assured_two_weeks", "market", PROVIDER, {}, "Renters' Rights Act 2025 holds"),
    ("demotion_assured", "assured", PROVIDER, {"reformed": True}, "no section 21 and no demotion"),
    ("reformed_ground14", "assured", PROVIDER, {}, "does not hold for this social housing tenancy yet"),
]


@pytest.mark.parametrize(("kind", "tenancy", "landlord", "more", "reason"), WRONG)
def test_a_notice_for_another_tenancy_landlord_or_regime_is_void(
    kind: str, tenancy: str, landlord: str, more: dict[str, bool], reason: str
) -> None:
    assert reason in " ".join(void(*whole(kind, tenancy, landlord, **more)))


def test_every_joint_tenant_is_named_and_gets_a_copy_and_nobody_else_is_named() -> None:
    notice, tenancy, paper = whole("secure_other", "secure", COUNCIL)
    assert void(notice, tenancy, replace(paper, names=BOTH[:1])) == (
        "Ms Ada Price holds the tenancy too and is not named: a notice must name every joint tenant (Housing Act 1985 s.83; 1988 s.8).",
    )
    assert void(notice, tenancy, replace(paper, copies=BOTH[1:])) == (
        "Mr Daniel Price holds the tenancy too and gets no copy: each joint tenant is served with their own.",
    )
    assert "does not hold this tenancy" in " ".join(void(notice, tenancy, replace(paper, names=(*BOTH, "Sam Hill"))))
    assert void(notice, tenancy, replace(paper, names=("MR  DANIEL price", BOTH[1]))) == ()
    assert "Say who holds the tenancy" in void(notice, replace(tenancy, tenants=()), replace(paper, names=(), copies=()))[0]


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        (None, "must tell of the right to a review, with Tuesday 1 December 2026 as the last day to ask (Housing Act 1985 s.85ZA)"),
        (date(2026, 11, 30), "gives Monday 30 November 2026 for a review, but the last day is Tuesday 1 December 2026"),
        (date(2026, 12, 2), "gives Wednesday 2 December 2026 for a review"),
    ],
)
def test_a_council_tells_of_the_review_with_its_very_day(review: date | None, reason: str) -> None:
    notice, tenancy, paper = whole("secure_absolute", "secure", COUNCIL)
    assert reason in " ".join(void(notice, tenancy, replace(paper, review=review)))
    assert void(notice, replace(tenancy, landlord=PROVIDER), replace(paper, review=review)) == ()


def test_a_housing_association_leaves_or_posts_only_what_its_agreement_lets_it_and_nobody_serves_by_email() -> None:
    notice, tenancy, paper = whole("assured_ground14", "assured", PROVIDER)
    for how in ("left", "first_class", "second_class", "recorded"):
        assert "must be handed to each tenant (Law of Property Act 1925 s.196)" in void(replace(notice, how=how), tenancy, paper)[0]
        assert void(replace(notice, how=how), replace(tenancy, service_clause=True), paper) == ()
    for how in ("email", "text"):
        said = void(replace(notice, how=how), replace(tenancy, service_clause=True), paper)
        assert len(said) == 1 and "never served by e-mail or text message" in said[0]
    secure, council, other = whole("secure_other", "secure", COUNCIL)
    assert void(replace(secure, how="left"), council, other) == ()
    lease, licence, words = whole("quit", "licence", COUNCIL)
    assert "Enfield v Devonish" in void(replace(lease, how="left"), licence, words)[0]


def test_a_day_that_is_too_early_or_a_notice_out_of_time_is_void() -> None:
    notice, tenancy, paper = whole("secure_other", "secure", COUNCIL)
    early = void(replace(notice, names=date(2026, 12, 27)), tenancy, paper)
    assert early == (
        "The notice names Sunday 27 December 2026, which is too early: Monday 28 December 2026 is the first day that it may name "
        "(Housing Act 1985 s.83).",
    )
    assert void(replace(notice, names=date(2026, 12, 28)), tenancy, paper) == ()
    absolute, secure, words = whole("secure_absolute", "secure", COUNCIL)
    assert "was the last day for it" in void(replace(absolute, ground_on=date(2025, 11, 25)), secure, words)[0]
    closed = replace(absolute, ground="closure", ground_on=date(2026, 11, 24))
    assert "cannot be served before Friday 27 November 2026" in void(closed, secure, words)[0]
    starter, shorthold, checked = whole("section21", "starter", PROVIDER)
    assert "cannot be served before" in void(replace(starter, started=date(2026, 9, 1)), shorthold, checked)[0]


def test_a_notice_without_its_reasons_its_proof_or_the_papers_before_it_is_void() -> None:
    notice, tenancy, paper = whole("secure_absolute", "secure", COUNCIL)
    assert "at least one dated particular" in void(notice, tenancy, replace(paper, particulars=0))[0]
    assert "conviction, finding or closure order" in void(notice, tenancy, replace(paper, proof=False))[0]
    starter, shorthold, checked = whole("section21", "starter", PROVIDER)
    assert "Say whether the gas record" in void(starter, shorthold, replace(checked, papers_given=None))[0]
    assert "come before this notice" in void(starter, shorthold, replace(checked, papers_given=False))[0]
    assert void(starter, shorthold, replace(checked, particulars=0)) == ()


@pytest.mark.parametrize(
    ("kind", "tenancy", "landlord", "period", "form"),
    [
        ("secure_other", "secure", COUNCIL, "weekly", "Part I of the Schedule to SI 1987/755"),
        ("secure_ground2", "flexible", COUNCIL, "fixed", "Part II of the Schedule to SI 1987/755"),
        ("demotion_secure", "secure", COUNCIL, "weekly", "Part III of the Schedule to SI 1987/755"),
        ("assured_absolute", "assured", PROVIDER, "weekly", "Form 3"),
        ("section21", "starter", PROVIDER, "weekly", "Form 6A"),
        ("reformed_ground14", "market", PROVIDER, "weekly", "Form 3A"),
        ("introductory", "introductory", COUNCIL, "weekly", ""),
    ],
)
def test_each_notice_is_on_its_own_form(kind: str, tenancy: str, landlord: str, period: str, form: str) -> None:
    notice, terms, paper = whole(kind, tenancy, landlord)
    notice = replace(notice, period=period)
    assert form_for(notice) == form
    assert void(notice, terms, replace(paper, form=form)) == ()
    assert "This notice must be on" in void(notice, terms, replace(paper, form="Form 4"))[0]


def test_every_ground_is_named_and_is_one_of_the_act_that_the_tenancy_stands_in() -> None:
    notice, tenancy, paper = whole("secure_ground2", "secure", COUNCIL)
    assert "must set out each ground" in void(notice, tenancy, replace(paper, grounds=()))[0]
    assert (
        "Ground 14 is not a ground for behaviour under this Act (Housing Act 1985"
        in void(notice, tenancy, replace(paper, grounds=("2", "14")))[0]
    )
    form3, assured, words = whole("assured_two_weeks", "assured", PROVIDER)
    assert void(form3, assured, replace(words, grounds=("12", "14ZA", "14A"))) == ()
    assert "Ground 2 is not" in void(form3, assured, replace(words, grounds=("2",)))[0]


@pytest.mark.parametrize(
    ("grounds", "at_once", "kind"),
    [
        (["14"], False, "assured_ground14"),
        (["12", "14"], False, "assured_two_weeks"),
        (["12", "14"], True, "assured_ground14"),
        (["12", "14ZA", "14A"], True, "assured_two_weeks"),
        (["7A", "14"], True, "assured_absolute"),
    ],
)
def test_grounds_together_take_the_time_of_the_longest_unless_somebody_decides_to_begin_at_once(
    grounds: list[str], at_once: bool, kind: str
) -> None:
    assert assured_kind(grounds, at_once=at_once) == kind
    assert assured_kind(grounds, at_once=at_once, reformed=True) == kind.replace("assured", "reformed")
