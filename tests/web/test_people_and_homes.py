"""The pages of people, homes and search: what they show, to whom, and what they never show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import Landlord, User
from backend.audit.models import Entry
from backend.casework import commands, consents, people
from backend.casework.jobs import import_waiting
from backend.casework.models import Case, Consent, HomesImport, Party, Person, Property
from backend.casework.safety import post_refused
from backend.correspondence.models import Letter
from backend.correspondence.reading import set_reading
from backend.errors import DomainError, InvalidAnswers, NotFound
from tests.casework.test_homes import EMPTY, HEADING, LET, kept
from tests.casework.test_safe_contact import keep_safe, reporter, respondent, warn
from tests.web.test_bad_input import signed_in
from tests.web.test_case_page import in_toolbox

Who = Callable[[str], User]


@pytest.fixture
def case(landlord: Landlord, user: Who, now: datetime) -> Case:
    return in_toolbox(landlord, user, now)


def page(by: User, name: str, *args: object, **words: str) -> str:
    response = signed_in(by).get(reverse(name, args=args), words, follow=True)
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_everybody_who_opens_the_case_or_a_task_reads_how_to_reach_them_and_no_number_stands_beside_it(
    case: Case, user: Who, now: datetime
) -> None:
    person = reporter(case)
    Person.objects.filter(pk=person.pk).update(phone="07700 900321")
    assert "07700 900321" in page(user("officer"), "case", case.reference)
    keep_safe(person, user("officer"), now)
    commands.start_tool(case=Case.objects.get(pk=case.pk), element="Tool_update", party=case.parties.get(), by=user("officer"), now=now)
    task = case.instance.tasks.get(status="open")
    for shown in (page(user("officer"), "case", case.reference), page(user("leader"), "task", task.pk)):
        assert "Never write to the home." in shown and "Say it is the dentist" in shown and "07700 900321" not in shown
    own = page(user("officer"), "person", person.pk)
    assert "07700 900321" in own and "07700 900555" in own


def test_a_held_letter_is_on_the_letters_page_and_leads_to_how_it_reaches_the_person(case: Case, user: Who, now: datetime) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    keep_safe(barry.person, officer, now)
    letter = warn(case, barry, officer, now)
    assert "Held: not safe to post" in page(officer, "letters")
    client, url = signed_in(officer), reverse("letter-release", args=[letter.pk])
    assert url in page(officer, "case", case.reference)
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": "At the office"}).status_code == 302
    assert Letter.objects.get(pk=letter.pk).status == Letter.QUEUED
    assert f"It is not posted. How it reaches Barry Cole safely, as {officer.name} wrote: At the office" in page(
        officer, "letter", letter.pk
    )


def test_a_letter_that_was_made_before_its_person_became_unsafe_to_write_to_says_so(case: Case, user: Who, now: datetime) -> None:
    officer = user("officer")
    barry = respondent(case, officer, now)
    letter = warn(case, barry, officer, now)
    Letter.objects.filter(pk=letter.pk).update(status=Letter.RENDERED)
    assert "Not safe to post" not in page(officer, "letters")
    keep_safe(barry.person, officer, now)
    assert "Not safe to post" in page(officer, "letters")
    assert "Do not post this letter" in page(officer, "case", case.reference)


def test_the_form_keeps_what_was_typed_and_lifts_with_a_reason(case: Case, user: Who, now: datetime) -> None:
    client, person = signed_in(user("officer")), reporter(case)
    url = reverse("safe-contact", args=[person.pk])
    assert client.post(url, {"ways": " "}).status_code == 422
    wrong = client.post(url, {"rules": ["post"], "ways": "x" * 2_001})
    assert wrong.status_code == 422 and "x" * 2_001 in wrong.content.decode()
    assert client.post(url, {"rules": ["post"], "ways": "By text"}).status_code == 302 and post_refused(person)
    assert "checked" in client.get(url).content.decode() and "By text" in client.get(url).content.decode()
    lift = reverse("safe-contact-lift", args=[person.pk])
    assert client.post(lift, {"reason": ""}).status_code == 422 and post_refused(person)
    assert client.post(lift, {"reason": "He is gone"}).status_code == 302 and not post_refused(person)


def test_what_somebody_agreed_to_is_kept_per_action_the_latest_holds_and_going_on_without_needs_a_reason(
    case: Case, user: Who, now: datetime
) -> None:
    officer, party = user("officer"), case.parties.get()
    client, url = signed_in(officer), reverse("consent", args=[case.reference, party.pk])
    for answer, status in (("refused", 302), ("overridden", 422), ("maybe", 422)):
        assert client.post(url, {"action": "contact_respondent", "answer": answer}).status_code == status
    shown = page(officer, "case", case.reference)
    assert "Refused: contact the person complained about" in shown
    respondent(case, officer, now)
    assert "does not want us to contact the person complained about" in page(officer, "tool", case.reference, "Tool_warning")
    client.post(url, {"action": "share_police", "answer": "given"})
    client.post(url, {"action": "contact_respondent", "answer": "overridden", "reason": "Children are at risk"})
    assert [one.answer for one in consents.standing(case)[party.pk]] == ["overridden", "given"] and Consent.objects.count() == 3
    assert "Children are at risk" in page(officer, "party", case.reference, party.pk)
    assert Entry.objects.filter(case_id=case.pk, verb="record_consent").count() == 3
    with pytest.raises(NotFound):
        consents.record_consent(party=party, action="share_police", answer="given", reason="", by=user("officer2"), now=now)


def test_a_person_is_one_across_cases_only_by_somebodys_choice_and_it_can_be_undone(
    case: Case, landlord: Landlord, user: Who, now: datetime
) -> None:
    officer, kept_one = user("officer"), reporter(case)
    Person.objects.filter(pk=kept_one.pk).update(phone="07700 900321")
    twice = commands.add_party(
        case=case, role=Party.WITNESS, name="K. Whitmore", description="", phone="07700 900321", email="", address=[], postcode="",
        confidential=False, by=officer, now=now,
    ).person  # fmt: skip
    assert twice is not None and f"Look whether {twice.name}" in page(officer, "person", kept_one.pk)
    keep_safe(twice, officer, now)
    set_reading(person=twice, language="pl", large_print=False, by=officer, now=now)
    with pytest.raises(InvalidAnswers):
        people.join(person=twice, into=kept_one, reason=" ", by=officer, now=now)
    client = signed_in(officer)
    assert client.post(reverse("person-join", args=[kept_one.pk, twice.pk]), {"reason": "Same voice"}).status_code == 302
    for row in Person.objects.filter(pk__in=(kept_one.pk, twice.pk)):
        assert post_refused(row) and row.letters_in == "pl"
    set_reading(person=kept_one, language="ro", large_print=True, by=officer, now=now)
    assert set(Person.objects.filter(pk__in=(kept_one.pk, twice.pk)).values_list("letters_in", "large_print")) == {("ro", True)}
    known = people.known(officer, twice.pk)
    assert known.person == kept_one and [part.role for part in known.parts] == ["reporter", "witness"]
    assert client.get(reverse("person", args=[twice.pk])).headers["Location"] == reverse("person", args=[kept_one.pk])
    assert client.post(reverse("person-part", args=[kept_one.pk, twice.pk]), {"reason": "A sister"}).status_code == 302
    assert [part.role for part in people.known(officer, twice.pk).parts] == ["witness"]
    assert all(post_refused(row) for row in Person.objects.filter(pk__in=(kept_one.pk, twice.pk)))


def test_cases_of_others_are_counted_and_not_named(case: Case, landlord: Landlord, user: Who, now: datetime) -> None:
    person = reporter(case)
    told = commands.Told(what="x", place="1 Quay Court", place_postcode="CB6 1RS")
    report = commands.take_report(landlord=landlord, channel="telephone", told=told, by=user("calls"), now=now)
    other = commands.open_case(report=report, by=user("calls"), now=now)
    other.parties.create(role=Party.RESPONDENT, person=person, added_at=now)
    shown = page(user("officer"), "person", person.pk)
    assert "in 1 case of other officers" in shown and other.reference not in shown and "Quay Court" not in shown
    assert other.reference in page(user("leader"), "person", person.pk)


def test_a_tenant_is_picked_without_typing_and_not_twice_in_the_same_part(case: Case, user: Who, now: datetime) -> None:
    kept(user("admin"), now, LET)
    tenant = Person.objects.get(reference="P1")
    assert f"person={tenant.pk}" in page(user("officer"), "party-known", case.reference, find="ann ahs")
    client, url = signed_in(user("officer")), reverse("party-known", args=[case.reference])
    assert client.post(f"{url}?person={tenant.pk}", {"role": "respondent"}).status_code == 302
    assert client.post(f"{url}?person={tenant.pk}", {"role": "respondent"}).status_code == 422
    assert client.post(f"{url}?person={tenant.pk}", {"role": "king"}).status_code == 422
    assert case.parties.filter(role="respondent", person=tenant).count() == 1
    with pytest.raises((NotFound, DomainError)):
        people.add_known_party(case=case, person=tenant, role="witness", confidential=False, by=user("officer2"), now=now)
    home = page(user("officer"), "home-page", Property.objects.get().pk)
    assert "Ann Ash" in home and case.reference in home
    assert case.reference not in page(user("officer2"), "home-page", Property.objects.get().pk)


def test_a_list_of_homes_goes_through_the_pages_with_its_refused_lines_as_a_harmless_spreadsheet(
    landlord: Landlord, user: Who, now: datetime
) -> None:
    client = signed_in(user("admin"))
    bad = EMPTY.replace("H2", "=cmd|'/c calc'!A0").replace("PE14 7DE", "+1")
    data = SimpleUploadedFile("homes.csv", "\n".join([HEADING, LET, bad]).encode())
    assert client.post(reverse("homes-import-new"), {}).status_code == 422
    started = client.post(reverse("homes-import-new"), {"file": data})
    given = HomesImport.objects.get()
    url = reverse("homes-import", args=[given.pk])
    assert started.headers["Location"] == url
    waiting = client.get(url).content.decode()
    assert "data-look-again" in waiting and "<progress" in waiting
    import_waiting()
    tried = client.get(url).content.decode()
    assert "data-look-again" not in tried and "Keep these homes" in tried and "“+1” is not a full UK postcode." in tried
    sheet = client.get(reverse("homes-import-refused", args=[given.pk])).content.decode("utf-8-sig")
    assert "'=cmd" in sheet and ",=cmd" not in sheet and "'+1" in sheet
    client.post(reverse("homes-import-decide", args=[given.pk]), {"decision": "keep"})
    import_waiting()
    assert Property.objects.count() == 1 and "Kept" in client.get(url).content.decode()


def test_the_search_box_is_in_the_header_of_those_who_work_on_cases_and_a_reference_goes_straight_there(case: Case, user: Who) -> None:
    assert 'name="find"' in page(user("officer"), "tasks") and 'name="find"' not in page(user("admin"), "users")
    response = signed_in(user("officer")).get(reverse("search"), {"find": case.reference.lower()})
    assert response.headers["Location"] == reverse("case", args=[case.reference])
    assert "Nothing is spelt" in page(user("officer"), "search", find="whitmroe")
    assert "Nothing that you may see" in page(user("officer2"), "search", find="whitmore")


def test_the_case_page_asks_as_much_for_three_safe_people_as_for_one(case: Case, user: Who, now: datetime) -> None:
    officer, asked = user("officer"), []
    for number in range(3):
        party = commands.add_party(
            case=case, role=Party.WITNESS, name=f"W {number}", description="", phone="", email="", address=[], postcode="",
            confidential=False, by=officer, now=now,
        )  # fmt: skip
        keep_safe(party.person, officer, now)
        consents.record_consent(party=party, action="share_police", answer="given", reason="", by=officer, now=now)
        with CaptureQueriesContext(connection) as seen:
            signed_in(user("officer")).get(reverse("case", args=[case.reference]))
        asked.append(len(seen))
    assert len(set(asked)) == 1


def test_correcting_somebody_leaves_whom_they_were_joined_to_meanwhile(case: Case, user: Who, now: datetime) -> None:
    officer, before = user("officer"), case.parties.select_related("person", "case").get()
    other = respondent(case, officer, now).person
    assert other is not None and before.person is not None
    people.join(person=before.person, into=other, reason="The same voice", by=officer, now=now)
    keep_safe(other, officer, now)
    commands.identify_party(party=before, name="Carol Ann", phone="", email="", address=[], postcode="", by=officer, now=now)
    person = Person.objects.get(name="Carol Ann")
    assert person.same_as == other and post_refused(person)


def test_of_two_who_say_who_somebody_is_the_second_corrects_the_first(case: Case, user: Who, now: datetime) -> None:
    officer = user("officer")
    unknown = case.parties.create(role=Party.RESPONDENT, description="man in a grey coat", added_at=now)
    one, two = (Party.objects.select_related("case", "person").get(pk=unknown.pk) for _ in range(2))
    for party, name in (one, "Barry Cole"), (two, "Barry Coles"):
        commands.identify_party(party=party, name=name, phone="", email="", address=[], postcode="", by=officer, now=now)
    unknown.refresh_from_db()
    assert str(unknown.person) == "Barry Coles" and not Person.objects.filter(name="Barry Cole").exists()
