"""Settings: what a landlord decides once, that everything in its procedure may read and nothing may set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from backend.accounts.models import Landlord, User
from backend.rules.working_time import LONDON, Calendar
from backend.workflow import check, prediction, runner
from backend.workflow.models import Instance
from backend.workflow.overlay import lay_over
from backend.workflow.packs import read_pack, with_settings
from backend.workflow.publishing import publish
from tests.answers import do
from tests.workflow.test_check import BASELINE
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
NEW_YEAR = datetime(2027, 1, 1, 0, 30, tzinfo=LONDON)


def with_words(old: str, new: str, file: str = "pack.toml") -> dict[str, str]:
    assert old in BASELINE[file]
    return {**BASELINE, file: BASELINE[file].replace(old, new, 1)}


def test_a_switch_is_off_until_its_day_and_on_from_it() -> None:
    pack = read_pack(with_settings(BASELINE, {"respect_orders": date(2027, 1, 1)}))
    on = [pack.known({}, day)["respect_orders"] for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert on == [False, True]
    assert read_pack(BASELINE).known({}, date(2100, 1, 1))["respect_orders"] is False


def test_an_overlay_says_only_what_differs_of_a_setting() -> None:
    pack = read_pack(lay_over(BASELINE, {"pack.toml": '[[setting]]\ncode = "landlord_type"\nvalue = "almo"'}))
    assert pack.settings["landlord_type"].value == "almo"
    assert pack.settings["landlord_type"].name == read_pack(BASELINE).settings["landlord_type"].name
    assert list(pack.settings) == list(read_pack(BASELINE).settings)


def test_a_day_that_was_given_can_be_taken_away_again() -> None:
    given = with_settings(BASELINE, {"respect_orders": date(2027, 1, 1)})
    assert read_pack(with_settings(given, {"respect_orders": None})).settings == read_pack(BASELINE).settings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value = "registered-provider"\n\n', 'value = "charity"\n\n', "cannot be “charity”"),
        ("value = 10\n", "value = -1\n", "cannot be “-1”"),
        ("value = false\n", "value = false\nfrom = 2027-01-01\n", "cannot be “False”"),
        ('code = "objection_days"', 'code = "landlord_type"', "there twice"),
        ('code = "objection_days"', 'code = "opened_at"', "a setting of the procedure, which nothing may set"),
        ('code = "objection_days"', 'code = "is_asb"', "a setting of the procedure, which nothing may set"),
        ('code = "objection_days"', 'code = "Objection Days"', "cannot have this name"),
        ('{ value = "pause", label', '{ value = "nights", label', "cannot be"),
        ("The day from which an application uses", "from\" \nfrom = 'soon'\nx = \"", "not a day"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(old: str, new: str, said: str) -> None:
    assert any(said in finding.sentence for finding in check.findings(with_words(old, new)))


def test_what_reads_a_setting_is_held_against_its_values() -> None:
    wrong = with_words("response == 'urgent'", "landlord_type == 'charity'", "promises.toml")
    assert any("landlord_type” is never “charity”" in finding.sentence for finding in check.findings(wrong))


def test_no_step_gives_a_setting_out() -> None:
    wrong = with_words('name="outputs" value="risk_score', 'name="outputs" value="landlord_type risk_score', "lifecycle.bpmn")
    assert any("no step gives it out" in finding.sentence for finding in check.findings(wrong))


def test_a_table_needs_no_row_for_a_setting_that_is_not_known() -> None:
    kinds = read_pack(BASELINE).settings["landlord_type"].options
    given = "<inputExpression id='ie4'><text>landlord_type</text></inputExpression>"
    column = f'<input id="severity-in4" label="Landlord">{given}</input>\n      <output id="severity-out1"'
    rows = "".join(
        f'<rule id="row{n}"><inputEntry id="a{n}"><text>-</text></inputEntry><inputEntry id="b{n}"><text>-</text></inputEntry>'
        f'<inputEntry id="f{n}"><text>-</text></inputEntry>'
        f'<inputEntry id="c{n}"><text>"{kind}"</text></inputEntry><outputEntry id="d{n}"><text>"low"</text></outputEntry>'
        f'<outputEntry id="e{n}"><text>"standard"</text></outputEntry></rule>'
        for n, kind in enumerate(kinds)
    )
    table = BASELINE["severity.dmn"].replace('<output id="severity-out1"', column).replace('"FIRST"', '"UNIQUE"')
    table = table[: table.index("<rule")] + rows + table[table.index("</decisionTable>") :]
    found = [f.sentence for f in check.findings({**BASELINE, "severity.dmn": table}) if f.file == "severity.dmn"]
    assert not [sentence for sentence in found if "No row fits" in sentence]
    short = table.replace(rows, rows[: rows.rindex("<rule")])
    assert any("No row fits" in f.sentence for f in check.findings({**BASELINE, "severity.dmn": short}))


FRIDAY = datetime(2026, 11, 20, 16, 30, tzinfo=LONDON)


@pytest.mark.parametrize(("reading", "due"), [("pause", (23, 16, 30)), ("days", (23, 17, 0)), ("staffed", (25, 16, 30))])
def test_24_working_hours_are_what_the_landlord_reads_in_them(reading: str, due: tuple[int, int, int]) -> None:
    pack = read_pack(with_settings(BASELINE, {"working_hours_reading": reading}))
    found = pack.calendar(Calendar()).working_hours(24, since=FRIDAY)
    assert (found.day, found.hour, found.minute) == due


def test_an_open_case_keeps_the_settings_of_its_version_and_its_facts_hold_none(landlord: Landlord, user: Who, now: datetime) -> None:
    urgent = with_words("response == 'urgent'", "landlord_type == 'almo'", "promises.toml")
    publish(landlord=landlord, files=urgent, note="By landlord", by=None, now=now)
    before = open_case(landlord, user, now)
    publish(landlord=landlord, files=with_settings(urgent, {"landlord_type": "almo"}), note="We changed", by=None, now=now)
    after = open_case(landlord, user, now)
    for case in (before, after):
        do(case, "Triage the report", user("calls"), now)
    dues = [case.instance.tasks.get(element="First_contact").due_at.astimezone(LONDON).day for case in (before, after)]
    assert dues == [25, 23]
    assert "landlord_type" not in Instance.objects.get(pk=after.instance_id).facts
    within = {step.element: step.promise for step in prediction.outlook(Instance.objects.get(pk=after.instance_id)).open}
    assert within["First_contact"] == "within 1 working day"


def test_a_case_reads_a_switch_as_it_stands_on_the_day_of_the_command(landlord: Landlord, user: Who, now: datetime) -> None:
    files = with_settings(with_words("not is_asb", "not respect_orders", "triage.bpmn"), {"respect_orders": date(2027, 1, 1)})
    publish(landlord=landlord, files=files, note="From the new year", by=None, now=now)
    before, after = open_case(landlord, user, now), open_case(landlord, user, now)
    do(before, "Triage the report", user("calls"), NEW_YEAR - timedelta(hours=1))
    do(after, "Triage the report", user("calls"), NEW_YEAR)
    ends = [case.instance.steps.filter(element="Triage_not").exists() for case in (before, after)]
    assert ends == [True, False]


def test_nothing_sets_a_setting_while_a_case_runs(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    with pytest.raises(Exception, match="a setting of this procedure, which nothing may set"):
        runner.deliver(case.instance, "report_attached", facts={"landlord_type": "almo"}, by=user("calls"), now=now)
