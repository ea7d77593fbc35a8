"""Legal action, every route to its end, and the powers that partners hold: through the product's own commands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from backend.accounts.models import Landlord, User
from backend.casework import commands, queries, tasks
from backend.casework.commands import Told
from backend.casework.models import Case, Party
from backend.errors import InvalidAnswers, NotAllowed, Refused
from backend.rules.working_time import LONDON
from backend.workflow import check, runner
from backend.workflow.models import Instance, Task
from backend.workflow.packs import flattened, read_pack, with_settings
from backend.workflow.publishing import publish
from tests.answers import do, open_tasks

Who = Callable[[str], User]
BASELINE = flattened(Path(__file__).parents[2] / "processes" / "baseline")
ROUTES = read_pack(BASELINE).tables["legal-routes"]
PROVIDER, COUNCIL = "registered-provider", "local-authority"
EVERYTHING = {"may_demote", "may_possess", "may_absolute"}


@pytest.mark.parametrize(
    ("landlord_type", "tenancy", "reformed", "open_routes"),
    [
        (COUNCIL, "secure", False, EVERYTHING),
        (PROVIDER, "secure", False, EVERYTHING),
        ("almo", "flexible", False, EVERYTHING),
        (COUNCIL, "introductory", False, {"may_possess"}),
        (COUNCIL, "demoted", False, {"may_possess"}),
        (PROVIDER, "assured", False, EVERYTHING),
        (PROVIDER, "assured", True, {"may_possess", "may_absolute"}),
        (PROVIDER, "starter", False, {"may_possess", "may_absolute", "may_section21"}),
        (PROVIDER, "starter", True, {"may_possess", "may_absolute"}),
        (PROVIDER, "demoted_shorthold", False, {"may_possess", "may_absolute", "may_section21"}),
        (PROVIDER, "market", False, {"may_possess", "may_absolute"}),
        (PROVIDER, "licence", False, {"may_end_lease"}),
        (COUNCIL, "lease", False, {"may_end_lease"}),
        (PROVIDER, None, False, set()),
        (COUNCIL, "assured", False, set()),
        (PROVIDER, "introductory", False, set()),
    ],
)
def test_a_tenancy_and_its_landlord_open_the_routes_that_the_law_gives(
    landlord_type: str, tenancy: str | None, reformed: bool, open_routes: set[str]
) -> None:
    facts = {"tenancy_type": tenancy, "landlord_type": landlord_type, "social_tenancy_reform": reformed}
    assert {name for name, may in ROUTES.decide(facts, {}).items() if may} == open_routes


@pytest.fixture
def landlord_type() -> str:
    return PROVIDER


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime, landlord_type: str) -> Case:
    if landlord_type != PROVIDER:
        publish(landlord=landlord, files=with_settings(BASELINE, {"landlord_type": landlord_type}), note="", by=None, now=now)
    told = Told(what="Threats with a knife on the stairs", place="Clarkson Court, Wisbech", name="Marian Webb", phone="07700 900123")
    report = commands.take_report(landlord=landlord, channel="telephone", told=told, by=user("calls"), now=now)
    case = commands.open_case(report=report, by=user("calls"), now=now)
    do(case, "Triage the report", user("calls"), now, category="DRU", harm="violence")
    if "Tell the reporter by telephone" in open_tasks(case):
        do(case, "Tell the reporter by telephone", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, user("officer"), now)
    start(case, "Escalate to the specialist team", None, user("officer"), now)
    do(case, "Ask for the specialist team", user("officer"), now)
    do(case, "Decide about the escalation", user("leader"), now)
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def respondent(case: Case, user: Who, now: datetime) -> Party:
    return commands.add_party(
        case=case, role="respondent", name="Dean Stock", description="", phone="", email="", address=["Flat 9"], postcode="PE13 2AB",
        confidential=False, by=user("compliance"), now=now,
    )  # fmt: skip


@pytest.fixture
def another(landlord: Landlord, user: Who) -> User:
    """A second team leader."""
    second = user("compliance2")
    second.roles.add(landlord.roles.get(code="team-leader"))
    return User.objects.get(pk=second.pk)


def start(case: Case, name: str, party: Party | None, by: User, now: datetime) -> None:
    tool = next(t for t in queries.tools(Case.objects.get(pk=case.pk)) if t.name == name)
    commands.start_tool(case=case, element=tool.element, party=party, by=by, now=now)


LEGAL = "Legal action, with support beside it"


@pytest.fixture
def agreed(case: Case, respondent: Party, user: Who, now: datetime) -> Callable[..., None]:
    """Goes through to the route: what they hold, and the route."""

    def go(route: str, **tenancy: str) -> None:
        start(case, LEGAL, respondent, user("compliance"), now)
        do(case, "Check the tenancy or lease", user("compliance"), now, **{"tenancy_started": "2026-06-01"} | tenancy)
        do(case, "Choose the route", user("compliance"), now, legal_route=route)
        do(case, "Assess proportionality", user("compliance"), now)
        do(case, "Decide about legal action", user("leader"), now)

    return go


def offered(case: Case, name: str, question: str) -> set[str]:
    task = Task.objects.get(instance__case=case, name=name, status=Task.OPEN)
    return {option.value for q in commands.form_of(task).questions if q.key == question for option in q.options}


def to_the_day(case: Case, now: datetime) -> datetime:
    """Let one timer after another strike, until one moves legal action; updates and reviews come due beside it."""
    before, later = at_law(case), now
    while at_law(case) == before:
        due = Instance.objects.get(case=case).due_at
        assert due is not None
        later = max(later, due)
        runner.tick(case.instance_id, now=later)
    return later.astimezone(LONDON)


def at_law(case: Case) -> list[str]:
    """The names of the open tasks, but for the updates and reviews that come due while the case is open."""
    waiting = Task.objects.filter(instance__case=case, status=Task.OPEN).exclude(element__startswith="Along_")
    return sorted(waiting.values_list("name", flat=True))


def worked_out(case: Case, title: str = "Dates of the notice") -> dict[str, str]:
    return {answer["key"]: answer["value"] for answer in case.records.get(title=title).answers}


def test_an_injunction_on_the_first_day_is_due_within_hours_and_a_breach_goes_to_court(
    case: Case, respondent: Party, user: Who, now: datetime
) -> None:
    legal, leader = user("compliance"), user("leader")
    start(case, LEGAL, respondent, legal, now)
    do(case, "Check the tenancy or lease", legal, now, holds="no")
    assert offered(case, "Choose the route", "legal_route") == {"injunction"}
    do(case, "Choose the route", legal, now, legal_route="injunction", first_day="yes")
    assessing = Task.objects.get(instance__case=case, name="Assess proportionality")
    assert assessing.due_at == case.landlord.calendar.working_hours(2, since=now)
    do(case, "Assess proportionality", legal, now)
    do(case, "Decide about legal action", leader, now)
    do(case, "Prepare the evidence", legal, now)
    do(case, "Apply to the court for the order", legal, now, told="without_notice", hearing_at="2026-11-23")
    hearing = Task.objects.get(instance__case=case, name="Record what the court decided")
    assert hearing.due_at.date().isoformat() == "2026-11-23"
    do(case, "Record what the court decided", legal, now, court_order="again", next_hearing="2026-12-01")
    do(case, "Record what the court decided", legal, now, court_order="made")
    do(case, "Serve the order and tell those it protects", legal, now)
    do(case, "Look whether the order is kept", legal, now, order_event="kept")
    do(case, "Look whether the order is kept", legal, now, order_event="broken")
    do(case, "Take the breach to court", legal, now)
    do(case, "Record what the court did about the breach", legal, now)
    do(case, "Look whether the order is kept", legal, now, order_event="ended")
    assert open_tasks(case) == ["Offer support"]


def test_new_orders_of_the_2026_act_are_not_offered_until_their_day(
    case: Case, agreed: Callable[..., None], user: Who, now: datetime
) -> None:
    agreed("injunction")
    do(case, "Prepare the evidence", user("compliance"), now)
    assert offered(case, "Apply to the court for the order", "order_kind") == {"injunction"}


def test_whoever_assessed_or_chose_the_route_does_not_decide(case: Case, respondent: Party, user: Who, now: datetime) -> None:
    leader = user("leader")
    start(case, LEGAL, respondent, leader, now)
    do(case, "Check the tenancy or lease", leader, now)
    do(case, "Choose the route", user("compliance"), now)
    do(case, "Assess proportionality", leader, now)
    with pytest.raises(NotAllowed, match="You did “Assess proportionality” yourself"):
        do(case, "Decide about legal action", leader, now)
    deciding = Task.objects.get(instance__case=case, name="Decide about legal action")
    with pytest.raises(InvalidAnswers) as refused:
        tasks.hand_over(task_id=deciding.pk, to=leader, by=leader, now=now)
    assert "did “Assess proportionality”" in refused.value.problems["to"]
    assert "Decide about legal action" in open_tasks(case)


def test_ground_14_may_go_to_court_at_once_and_a_suspended_order_can_be_broken(
    case: Case, agreed: Callable[..., None], user: Who, now: datetime
) -> None:
    legal, leader = user("compliance"), user("leader")
    agreed("possession", tenancy_type="assured")
    do(case, "Prepare the evidence", legal, now)
    assert offered(case, "Serve the notice", "notice_kind") == {"assured_ground14", "assured_two_weeks"}
    do(case, "Serve the notice", legal, now, notice_kind="assured_ground14", notice_given="2026-11-20", notice_how="hand")
    assert "Issue the claim" in open_tasks(case)
    dates = worked_out(case)
    assert (dates["served"], dates["proceedings_from"], dates["proceedings_by"]) == ("2026-11-20", "2026-11-20", "2027-11-20")
    assert "Housing Act 1988 s.8(4)" in dates["law"] and "lawyer" in dates["confirm"]
    do(case, "Issue the claim", legal, now)
    do(case, "Record what the court decided", legal, now, court_result="postponed")
    do(case, "Look whether the terms are kept", legal, now, terms_event="kept")
    do(case, "Look whether the terms are kept", legal, now, terms_event="broken")
    do(case, "Decide about the warrant", leader, now)
    do(case, "Evict: warrant and the day itself", legal, now, eviction="put_off")
    do(case, "Look whether the terms are kept", legal, now, terms_event="over")
    assert open_tasks(case) == ["Offer support"]


def test_the_absolute_ground_waits_for_the_review_and_then_for_its_day(
    case: Case, agreed: Callable[..., None], user: Who, another: User, now: datetime
) -> None:
    legal, leader = user("compliance"), user("leader")
    agreed("absolute", tenancy_type="assured", period_begins="2026-11-02")
    do(case, "Prepare the evidence", legal, now)
    do(case, "Record the condition and ask for their circumstances", legal, now, ground_condition="closure", ground_on="2026-11-17")
    assert offered(case, "Serve the notice", "review_told") == {"policy"}
    do(case, "Serve the notice", legal, now, notice_given="2026-11-25", notice_how="hand")
    dates = worked_out(case)
    assert (dates["proceedings_from"], dates["review_by"]) == ("2026-12-28", "2026-12-01")
    asked = Task.objects.get(instance__case=case, name="Was a review asked for?")
    assert asked.due_at.date().isoformat() == "2026-12-01"
    do(case, "Was a review asked for?", legal, now, review_asked="in_time")
    with pytest.raises(NotAllowed, match="Decide about legal action"):
        do(case, "Review the decision", leader, now)
    do(case, "Review the decision", another, now, review_result="confirmed")
    assert "Issue the claim" not in open_tasks(case)
    court = to_the_day(case, now)
    assert court.date().isoformat() == "2026-12-28"
    do(case, "Issue the claim", legal, court)
    do(case, "Record what the court decided", legal, court, court_result="outright")
    do(case, "Look whether they have left", legal, court, has_left="no")
    do(case, "Decide about the warrant", leader, court)
    do(case, "Evict: warrant and the day itself", legal, court, eviction="evicted")
    assert at_law(case) == ["Offer support"]


def test_a_notice_that_the_law_no_longer_allows_is_refused_and_nothing_typed_is_lost(
    case: Case, agreed: Callable[..., None], user: Who, now: datetime
) -> None:
    agreed("absolute", tenancy_type="assured")
    legal = user("compliance")
    do(case, "Prepare the evidence", legal, now)
    do(case, "Record the condition and ask for their circumstances", legal, now, ground_condition="closure", ground_on="2026-08-20")
    with pytest.raises(Refused, match="Thursday 19 November 2026 was the last day"):
        do(case, "Serve the notice", legal, now, notice_given="2026-11-20", notice_how="hand")
    assert "Serve the notice" in open_tasks(case) and not case.records.filter(title="Dates of the notice").exists()


def test_a_review_can_withdraw_the_notice(case: Case, agreed: Callable[..., None], user: Who, another: User, now: datetime) -> None:
    agreed("absolute", tenancy_type="secure")
    legal = user("compliance")
    do(case, "Prepare the evidence", legal, now)
    do(case, "Record the condition and ask for their circumstances", legal, now, ground_on="2027-02-01")
    do(case, "Serve the notice", legal, now)
    do(case, "Was a review asked for?", legal, now, review_asked="late")
    do(case, "Review the decision", another, now, review_result="withdrawn")
    assert open_tasks(case) == ["Offer support"]


def test_a_claim_that_is_not_issued_in_time_lapses(case: Case, agreed: Callable[..., None], user: Who, now: datetime) -> None:
    agreed("section21", tenancy_type="starter")
    legal = user("compliance")
    do(case, "Check what section 21 asks", legal, now)
    do(case, "Serve the notice", legal, now, notice_given="2026-11-25")
    first = to_the_day(case, now)
    assert first.date().isoformat() == "2027-01-25" and "Issue the claim" in open_tasks(case)
    over = to_the_day(case, now)
    assert over.date().isoformat() == "2027-05-25" and at_law(case) == ["Offer support"]


def test_section_21_is_refused_in_the_first_four_months(case: Case, agreed: Callable[..., None], user: Who, now: datetime) -> None:
    agreed("section21", tenancy_type="starter", tenancy_started="2026-09-01")
    do(case, "Check what section 21 asks", user("compliance"), now)
    with pytest.raises(Refused, match="cannot be served before Friday 1 January 2027"):
        do(case, "Serve the notice", user("compliance"), now, notice_given="2026-11-25")


def test_demotion_lasts_a_year_and_is_looked_at(case: Case, agreed: Callable[..., None], user: Who, now: datetime) -> None:
    agreed("demotion", tenancy_type="assured")
    legal = user("compliance")
    do(case, "Prepare the evidence", legal, now)
    assert offered(case, "Serve the notice of demotion", "notice_kind") == {"demotion_assured"}
    do(case, "Serve the notice of demotion", legal, now, notice_given="2026-11-25")
    court = to_the_day(case, now)
    assert court.date().isoformat() == "2026-12-09"
    do(case, "Issue the claim", legal, court)
    assert offered(case, "Record what the court decided", "court_result") == {"demoted", "adjourned", "refused", "settled"}
    do(case, "Record what the court decided", legal, court, court_result="demoted", demoted_on="2027-01-11")
    do(case, "Tell the tenant what changes", legal, court)
    assert worked_out(case, "The last day of the demoted tenancy")["last_day"] == "2028-01-10"
    do(case, "Look whether it has stopped", legal, court, demotion_event="kept")
    do(case, "Look whether it has stopped", legal, court, demotion_event="over")
    assert at_law(case) == ["Offer support"]


def test_a_licence_ends_by_notice_to_quit(case: Case, agreed: Callable[..., None], user: Who, now: datetime) -> None:
    agreed("lease", tenancy_type="licence", rent_period="weekly", period_begins="2026-11-02")
    legal = user("compliance")
    do(case, "Prepare the evidence", legal, now)
    do(
        case,
        "Serve the notice on the licence or lease",
        legal,
        now,
        notice_kind="quit",
        notice_given="2026-11-25",
        notice_names="2026-12-28",
    )
    court = to_the_day(case, now)
    assert court.date().isoformat() == "2026-12-28"
    do(case, "Issue the claim", legal, court, claim_issued="no")
    assert at_law(case) == ["Offer support"]


@pytest.mark.parametrize(
    ("landlord_type", "tenancy", "notice", "first", "review"),
    [
        (COUNCIL, "secure", "secure_ground2", "2026-11-25", False),
        (COUNCIL, "secure", "secure_other", "2026-12-29", False),
        ("almo", "flexible", "flexible_end", "2027-05-25", True),
        (COUNCIL, "introductory", "introductory", "2026-12-29", True),
        (COUNCIL, "demoted", "demoted", "2026-12-29", True),
    ],
)
def test_a_council_serves_the_notice_of_each_tenancy_with_the_review_that_the_law_gives(
    tenancy: str, notice: str, first: str, review: bool, case: Case, user: Who, now: datetime, agreed: Callable[..., None]
) -> None:
    legal = user("compliance")
    agreed("possession", tenancy_type=tenancy, rent_period="weekly", period_begins="2026-11-02", trial_extended="no")
    do(case, "Prepare the evidence", legal, now)
    assert notice in offered(case, "Serve the notice", "notice_kind")
    do(case, "Serve the notice", legal, now, notice_kind=notice, notice_given="2026-11-25", notice_how="left")
    assert ("Was a review asked for?" in open_tasks(case)) == review
    if review:
        do(case, "Was a review asked for?", legal, now, review_asked="no")
    court = to_the_day(case, now)
    assert court.date().isoformat() == first
    do(case, "Issue the claim", legal, court)
    do(case, "Record what the court decided", legal, court, court_result="outright")
    do(case, "Look whether they have left", legal, court)
    assert at_law(case) == ["Offer support"]


def test_support_that_is_refused_or_taken_up_never_holds_the_enforcement(
    case: Case, agreed: Callable[..., None], user: Who, now: datetime
) -> None:
    agreed("injunction")
    legal = user("compliance")
    assert {"Offer support", "Prepare the evidence"} <= set(open_tasks(case))
    do(case, "Offer support", legal, now, answer="accepted")
    do(case, "Review the support", legal, now, support_needed="yes")
    do(case, "Prepare the evidence", legal, now)
    do(case, "Review the support", legal, now, support_needed="no")
    assert open_tasks(case) == ["Apply to the court for the order"]


WITHOUT = [
    ("legal-action.bpmn", 'sourceRef="Legal_route" targetRef="Legal_proportionality"', 'sourceRef="Legal_route" targetRef="Legal_decide"', "No legal step without an assessment"),
    ("legal-action.bpmn", 'sourceRef="Legal_proportionality" targetRef="Legal_decide"', 'sourceRef="Legal_proportionality" targetRef="Legal_agreed"', "No legal step before a manager has decided"),
    ("possession-order.bpmn", 'sourceRef="Evict_left" targetRef="Evict_gone"', 'sourceRef="Evict_left" targetRef="Evict_warrant"', "Nobody is evicted before"),
    ("legal-action.bpmn", 'sourceRef="Legal_offer" targetRef="Legal_accepted"', 'sourceRef="Legal_offer" targetRef="Legal_route"', "Enforcement never waits for support"),
    ("legal-action.bpmn", 'name="not_by" value="Legal_proportionality Legal_route"', 'name="not_by" value="Legal_nobody"', "not an earlier step that a person does"),
    ("forms/legal-route.json", '"offered": "may_demote"', '"offered": "may_demolish"', "not a fact"),
    ("legal-routes.dmn", "tenancy_type", "tenancy_kind", "not a fact"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "words"), WITHOUT, ids=[words[:30] for *_, words in WITHOUT])
def test_a_redraw_that_takes_a_safeguard_away_is_refused(file: str, old: str, new: str, words: str) -> None:
    assert old in BASELINE[file]
    found = check.errors(check.findings({**BASELINE, file: BASELINE[file].replace(old, new)}))
    assert any(words in finding.sentence for finding in found), found
