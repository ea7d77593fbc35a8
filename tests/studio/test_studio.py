"""The process owner's desk: drafts, the list beside the canvas, publishing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.studio import commands
from backend.studio.commands import ChangedMeanwhile
from backend.studio.edit import edit_step
from backend.studio.models import Draft
from backend.workflow import catalogue, functions
from backend.workflow.bpmn import NOT_OFFERED, Element, Repeat, read
from backend.workflow.constructs import CONSTRUCTS
from backend.workflow.findings import PackRefused
from tests.answers import open_tasks
from tests.studio.everything import everything
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


@pytest.fixture
def owner(landlord: Landlord, user: Who, now: datetime) -> User:
    owner = user("owner")
    commands.open_draft(by=owner, now=now)
    return owner


@pytest.fixture
def client(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_an_owner_changes_a_step_and_a_question_publishes_and_the_next_case_shows_it(
    client: Client, landlord: Landlord, user: Who, now: datetime
) -> None:
    client.post(
        reverse("step-edit", args=["triage.bpmn", "Triage_decide"]), {"name": "Sort the report", "form": "triage", "promise": "decision"}
    )
    client.post(reverse("wording", args=["triage"]), {"title": "Sort the report", "label-is_asb": "Is it ASB?"})
    page = client.post(reverse("draft-publish"), {"note": "Plainer words"}, follow=True).content.decode()
    assert "Version 2 is published" in page
    case = open_case(landlord, user, now)
    assert open_tasks(case) == ["Sort the report"]
    assert "Is it ASB?" in signed_in(user("calls")).get(reverse("task", args=[case.instance.tasks.get().pk])).content.decode()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_draft_with_an_error_cannot_be_published_and_says_where(client: Client, landlord: Landlord) -> None:
    client.post(reverse("step-edit", args=["triage.bpmn", "Triage_decide"]), {"promise": "", "due": ""})
    page = client.get(reverse("studio")).content.decode()
    assert "Triage the report" in page and "no promise and no due time" in page and "disabled" in page
    client.post(reverse("draft-publish"), {"note": "x"})
    assert landlord.pack.live.number == 1 and Draft.objects.exists()


def test_a_broken_rule_of_the_trade_is_shown_with_its_way_and_a_link_and_cannot_be_published(client: Client, landlord: Landlord) -> None:
    client.post(reverse("step-edit", args=["lifecycle.bpmn", "Life_not_asb_end"]), {"name": "Not ASB", "mark": "resolved"})
    page = client.get(reverse("studio")).content.decode()
    assert "Must be put right" in page and reverse("modeller", args=["lifecycle.bpmn"]) in page
    assert "“A case ends as resolved only after" in page and "Send the letter that says why not -&gt;" in page and "disabled" in page
    client.post(reverse("draft-publish"), {"note": "x"})
    assert landlord.pack.live.number == 1


def test_a_row_that_is_never_used_is_a_warning_that_can_be_published(client: Client, landlord: Landlord) -> None:
    draft = Draft.objects.get()
    table = draft.files["severity.dmn"]
    draft.files["severity.dmn"] = table.replace('"DRU","CRI","SEX","HAR"', '"VIO"')
    draft.save()
    page = client.get(reverse("studio")).content.decode()
    assert "Worth a look" in page and "Row 4 is never used" in page and "disabled" not in page
    client.post(reverse("draft-publish"), {"note": "x"})
    assert landlord.pack.live.number == 2


def test_two_owners_cannot_overwrite_each_other_unseen(owner: User, now: datetime) -> None:
    xml = Draft.objects.get().files["triage.bpmn"]
    commands.save_diagram(file="triage.bpmn", xml=xml.replace("Triage the report", "One"), revision=1, by=owner, now=now)
    with pytest.raises(ChangedMeanwhile):
        commands.save_diagram(file="triage.bpmn", xml=xml.replace("Triage the report", "Two"), revision=1, by=owner, now=now)
    assert "One" in Draft.objects.get().files["triage.bpmn"]


def test_a_hostile_drawing_is_refused_and_the_draft_stays(client: Client) -> None:
    before = Draft.objects.get().files
    evil = before["triage.bpmn"].replace("<bpmn:userTask", "<bpmn:scriptTask").replace("</bpmn:userTask", "</bpmn:scriptTask")
    response = client.post(
        reverse("modeller-save", args=["triage.bpmn"]), json.dumps({"xml": evil, "revision": 1}), content_type="application/json"
    )
    assert response.status_code == 422 and "program code" in response.json()["findings"][0]["sentence"]
    assert Draft.objects.get().files == before


def test_a_drawing_that_is_too_large_gets_a_sentence_that_the_canvas_can_read(client: Client) -> None:
    before = Draft.objects.get().files
    sent = json.dumps({"xml": before["triage.bpmn"] + " " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "revision": 1})
    response = client.post(reverse("modeller-save", args=["triage.bpmn"]), sent, content_type="application/json")
    assert response.status_code == 413 and response.json()["sentence"] == "The drawing is too large; take something out."
    assert Draft.objects.get().files == before


def test_saving_answers_with_the_findings_of_that_diagram(client: Client) -> None:
    xml = Draft.objects.get().files["triage.bpmn"].replace('name="form" value="triage"', 'name="form" value="gone"')
    response = client.post(
        reverse("modeller-save", args=["triage.bpmn"]), json.dumps({"xml": xml, "revision": 1}), content_type="application/json"
    )
    said = response.json()
    assert response.status_code == 200 and said["revision"] == 2
    assert [(finding["element"], finding["severity"]) for finding in said["findings"]] == [("Triage_decide", "error")]


def test_editing_a_step_keeps_every_id_and_everything_else(owner: User) -> None:
    source = Draft.objects.get().files["triage.bpmn"]
    before, after = (
        read("t", source),
        read(
            "t",
            edit_step(
                "t",
                source,
                "Triage_letter",
                {"name": "Tell them", "operation": "send_letter", "parameter-letter": "'not-asb'", "parameter-to": "'reporters'"},
            ),
        ),
    )
    assert set(before.elements) == set(after.elements) and before.flows == after.flows and before.boxes == after.boxes
    changed = after.elements["Triage_letter"]
    assert (
        changed.name == "Tell them"
        and changed.operation
        and dict(changed.operation.parameters) == {"letter": "'not-asb'", "to": "'reporters'"}
    )
    assert changed.properties == before.elements["Triage_letter"].properties


def test_nothing_is_published_without_a_word_of_why_or_without_a_change(owner: User, now: datetime, client: Client) -> None:
    assert "Say in a few words" in client.post(reverse("draft-publish"), {"note": " "}, follow=True).content.decode()
    assert "Nothing has changed" in client.post(reverse("draft-publish"), {"note": "x"}, follow=True).content.decode()


def test_a_file_that_is_no_diagram_is_refused_by_the_command_too(owner: User, now: datetime) -> None:
    with pytest.raises(PackRefused):
        commands.save_diagram(file="triage.bpmn", xml="<x/>", revision=1, by=owner, now=now)


def edited(said: dict[str, str], kind: str, event: str = "", **about: object) -> tuple[Element, str]:
    """The first step of the kind in a drawing of everything, after the list beside the canvas has changed it; and the XML."""
    source = everything()
    matching = (e for e in read("t", source).elements.values() if (e.kind, e.event) == (kind, event) and not e.repeat)
    key = next(e.id for e in matching if all(getattr(e, name) == value for name, value in about.items()))
    changed = edit_step("t", source, key, said)
    return read("t", changed).elements[key], changed


def test_the_list_names_a_signal_with_a_name_that_is_there_or_a_new_one() -> None:
    there, xml = edited({"event-name": "urgent"}, "intermediateThrowEvent", "signal")
    assert there.code == "urgent" and xml.count("<bpmn:signal ") == 1
    new, xml = edited({"event-name": "quite new"}, "intermediateThrowEvent", "signal")
    assert new.code == "quite new" and xml.count("<bpmn:signal ") == 2
    assert {e.code for e in read("t", xml).elements.values() if e.event == "signal"} == {"urgent", "quite new"}
    assert edited({"event-name": ""}, "boundaryEvent", "error")[0].code == ""


def test_the_list_says_whether_something_stops_what_it_happens_in() -> None:
    assert not edited({"stops": "no"}, "boundaryEvent", "timer", interrupting=True)[0].interrupting
    assert edited({"stops": "yes"}, "startEvent", "signal", interrupting=False)[0].interrupting


def test_the_list_says_how_often_a_step_happens_and_takes_off_what_no_longer_counts() -> None:
    side, _ = edited({"often": "side", "times": "3", "stop-early": "instances_done >= 2"}, "userTask")
    assert side.repeat == Repeat(count="3", until="instances_done >= 2")
    each, xml = edited({"often": "turn", "each": "respondent", "times": "3", "outputs": "is_asb"}, "userTask")
    assert each.repeat == Repeat(in_turn=True, each="respondent") and each.properties["outputs"] == "is_asb"
    again = read(
        "t", edit_step("t", xml, each.id, {"often": "again", "each": "respondent", "again": "is_asb", "before": "yes", "most": "3"})
    )
    assert again.elements[each.id].repeat == Repeat(loop=True, condition="is_asb", before=True, most=3)
    once = read("t", edit_step("t", xml, each.id, {"often": "once", "each": "respondent"}))
    assert once.elements[each.id].repeat is None and "each" not in once.elements[each.id].properties


def test_the_number_of_rounds_must_be_a_number(client: Client) -> None:
    answer = client.post(reverse("step-edit", args=["triage.bpmn", "Triage_decide"]), {"often": "again", "most": "many"})
    assert answer.status_code == 422 and "not a number of rounds" in answer.content.decode()


def test_the_page_of_a_step_offers_what_can_be_said_of_it(client: Client) -> None:
    draft = Draft.objects.get()
    draft.files = {**draft.files, "triage.bpmn": everything("Triage")}
    draft.save()
    pages = {
        (e.kind, e.event): client.get(reverse("step-edit", args=["triage.bpmn", e.id])).content.decode()
        for e in read("t", everything("Triage")).elements.values()
    }
    assert 'name="often"' in pages["userTask", ""] and 'name="often"' not in pages["endEvent", "signal"]
    assert 'value="urgent"' in pages["endEvent", "signal"] and 'name="stops"' not in pages["endEvent", "signal"]
    assert 'name="stops"' in pages["boundaryEvent", "timer"] and 'name="stops"' not in pages["boundaryEvent", "error"]
    assert 'name="operation"' in pages["sendTask", ""]


def test_the_catalogue_page_says_all_that_diagrams_may_hold_and_name(client: Client) -> None:
    page = unescape(client.get(reverse("catalogue")).content.decode())
    words = [word for one in CONSTRUCTS for word in (one.name, one.bpmn, one.does, one.needs)]
    words += [*NOT_OFFERED.values(), *(text for pair in functions.WORDS.values() for text in pair)]
    words += [kind.label for kind in catalogue.operations().values()]
    words += [p.label for kind in catalogue.operations().values() for p in kind.parameters.values()]
    words += [*catalogue.letters({}).values(), *catalogue.messages().values(), *catalogue.groups(), *catalogue.facts(), "is_asb"]
    assert [word for word in words if word not in page] == []


def test_the_catalogue_page_stands_on_the_live_version_when_the_draft_cannot_be_read(client: Client) -> None:
    draft = Draft.objects.get()
    draft.files = {**draft.files, "triage.bpmn": "<x/>"}
    draft.save()
    assert "is_asb" in client.get(reverse("catalogue")).content.decode()
