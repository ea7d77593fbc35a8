"""Notes, contacts and incidents: written at any time, corrected in the open, and always within one's own cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import incidents, notes
from backend.casework.incidents import Happened
from backend.casework.models import Earlier, Incident, Note
from backend.casework.notes import Said
from backend.errors import InvalidAnswers, NotAllowed, NotFound
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]


def test_a_contact_is_kept_with_whom_which_way_and_how_long(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    said = Said(text="She slept badly.", happened_at=now, way="telephone", outward=True, party=case.parties.get(), minutes=12)
    note = notes.add_contact(case=case, said=said, by=user("officer"), now=now)
    assert (note.title, note.minutes, note.by) == ("Telephone, to Carol Whitmore", 12, user("officer"))
    assert Entry.objects.filter(case_id=case.pk, verb="add_contact", by=user("officer")).count() == 1


def test_what_is_wrong_with_a_contact_is_said_all_at_once_and_nothing_is_kept(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    said = Said(text=" ", happened_at=now + timedelta(hours=1), way="pigeon", outward=True, minutes=9_999)
    with pytest.raises(InvalidAnswers) as caught:
        notes.add_contact(case=case, said=said, by=user("officer"), now=now)
    assert set(caught.value.problems) == {"text", "happened_at", "way", "whom", "minutes"} and not Note.objects.exists()


def test_a_corrected_contact_keeps_how_it_read_before(landlord: Landlord, user: Who, now: datetime) -> None:
    case, later = open_case(landlord, user, now), now + timedelta(days=1)
    said = Said(text="He said yes.", happened_at=now, way="visit", outward=False, whom="PC Lowe")
    note = notes.add_contact(case=case, said=said, by=user("officer"), now=now)
    put_right = replace(said, text="He said no.")
    with pytest.raises(InvalidAnswers, match="another look"):
        notes.correct_note(note=note, text=put_right.text, said=put_right, reason="  ", by=user("officer"), now=later)
    notes.correct_note(note=note, text=put_right.text, said=put_right, reason="I misheard", by=user("leader"), now=later)
    note.refresh_from_db()
    earlier = Earlier.objects.get()
    assert note.text == "He said no." and (earlier.reason, earlier.by, earlier.at) == ("I misheard", user("leader"), later)
    assert {"label": "What was said", "shown": "He said yes."} in earlier.said and {
        "label": "How",
        "shown": "Visit, from PC Lowe",
    } in earlier.said
    assert Entry.objects.filter(verb="correct_note", case_id=case.pk).exists()


def test_nobody_writes_in_a_case_they_may_not_see(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    note = notes.add_note(case=case, text="Quiet.", by=user("officer"), now=now)
    with pytest.raises(NotFound):
        notes.add_note(case=case, text="x", by=user("officer2"), now=now)
    with pytest.raises(NotFound):
        notes.correct_note(note=note, text="x", said=None, reason="y", by=user("officer2"), now=now)
    with pytest.raises(NotAllowed):
        notes.add_note(case=case, text="x", by=user("owner"), now=now)


def test_a_person_of_another_case_is_not_taken_for_one_of_this(landlord: Landlord, user: Who, now: datetime) -> None:
    case, other = open_case(landlord, user, now), open_case(landlord, user, now)
    theirs = other.parties.get()
    with pytest.raises(NotFound):
        notes.add_contact(
            case=case, said=Said(text="x", happened_at=now, way="visit", outward=True, party=theirs), by=user("officer"), now=now
        )
    kind = incidents.types_of(case)[0].value
    with pytest.raises(NotFound):
        happened = Happened(what="x", place="y", type=kind, on=now.date(), party=theirs)
        incidents.add_incident(case=case, happened=happened, by=user("officer"), now=now)


def test_an_incident_has_a_type_of_the_procedure_and_a_place(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    good = Happened(what="Eggs were thrown", place="The stair", type="VAN", on=now.date(), postcode="pe13 2ab", source="the caretaker")
    wrong = Happened(what="", place="", type="NOSUCH", on=now.date() + timedelta(days=1), postcode="nowhere")
    with pytest.raises(InvalidAnswers) as caught:
        incidents.add_incident(case=case, happened=wrong, by=user("officer"), now=now)
    assert set(caught.value.problems) == {"what", "place", "type", "on", "postcode"}
    added = incidents.add_incident(case=case, happened=good, by=user("officer"), now=now)
    assert (added.type, added.postcode, added.source, added.by) == ("VAN", "PE13 2AB", "the caretaker", user("officer"))


def test_every_incident_has_a_type_once_the_case_has_a_category(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    assert (Incident.objects.get().type, Incident.objects.get().postcode) == ("", "PE14 7DE")
    do(case, "Triage the report", user("calls"), now, category="NOI")
    assert Incident.objects.get().type == "NOI"


def test_the_history_says_when_the_risk_became_what_it_is(landlord: Landlord, user: Who, now: datetime) -> None:
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    for name in ("Contact the reporter", "Ask the risk questions"):
        do(case, name, user("officer"), now)
    case.refresh_from_db()
    assert [entry.sentence for entry in Entry.objects.filter(verb="set_risk_band")] == [f"Risk is {case.risk_band}"]
    assessment = case.records.get(section="risk")
    assert assessment.score is not None


def test_what_is_too_long_is_said_and_never_cut(landlord: Landlord, user: Who, now: datetime) -> None:
    case, long = open_case(landlord, user, now), "x" * 201
    happened = Happened(what="x", place=long, type="VAN", on=now.date(), when=long, source=long)
    with pytest.raises(InvalidAnswers) as caught:
        incidents.add_incident(case=case, happened=happened, by=user("officer"), now=now)
    assert set(caught.value.problems) == {"place", "when", "source"}
    with pytest.raises(InvalidAnswers) as caught:
        said = Said(text="x", happened_at=now, way="visit", outward=True, whom=long)
        notes.add_contact(case=case, said=said, by=user("officer"), now=now)
    assert set(caught.value.problems) == {"whom"}
