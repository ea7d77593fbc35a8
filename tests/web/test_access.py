"""Every address is tried by everybody: what each role may reach is stated here, and a new address needs its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from backend.accounts.absences import arrange_cover
from backend.accounts.models import Landlord, Role, User
from backend.casework import commands, evidence, notes
from backend.casework.commands import Told
from backend.casework.models import Case, HomesImport, Person, Property
from backend.correspondence import jobs
from backend.correspondence.models import Letter, Message, PrintRun
from backend.studio import commands as studio
from backend.workflow.models import Fault, Task
from backend.workflow.publishing import publish
from tests.answers import do
from tests.workflow.test_runner import open_case

Who = Callable[[str], User]
EVERYBODY = ("none", "stranger", "owner", "officer", "officer2", "compliance", "leader", "calls", "admin")

#: Who may reach what. "GET" addresses are opened; "POST" ones are sent nothing, so that a refusal of the content (422, 302 back)
#: shows that the door itself was open.
PUBLIC = set(EVERYBODY)
STAFF = PUBLIC - {"none"}
WORKERS = {"officer", "compliance", "leader", "calls"}
SAW_CASE = {"officer", "compliance", "leader", "calls"}
RULES: dict[str, tuple[str, set[str]]] = {
    "home": ("GET", PUBLIC), "health": ("GET", PUBLIC), "sign-in": ("GET", PUBLIC), "demo-sign-in": ("POST", set()), "sign-out": ("POST", PUBLIC),
    "brand": ("GET", PUBLIC),
    "tasks": ("GET", STAFF - {"owner", "admin"}), "task": ("GET", SAW_CASE), "task-draft": ("POST", SAW_CASE - {"calls"}),
    "hand-over": ("POST", STAFF - {"owner", "admin"}), "claim": ("POST", SAW_CASE - {"calls"}), "release": ("POST", {"officer", "leader"}),
    "put-off": ("GET", SAW_CASE - {"calls"}), "team-tasks": ("GET", STAFF - {"owner", "admin", "stranger"}),
    "notices": ("GET", STAFF - {"owner", "admin"}), "notices-read": ("POST", STAFF - {"owner", "admin"}), "me": ("GET", STAFF - {"owner", "admin"}),
    "me-told": ("POST", STAFF - {"owner", "admin"}), "absence-new": ("GET", STAFF - {"owner", "admin"}), "absence-end": ("POST", {"officer", "leader"}),
    "reports": ("GET", STAFF - {"owner", "admin"}), "report-new": ("GET", STAFF - {"owner", "admin"}),
    "report": ("GET", STAFF - {"owner", "admin", "stranger"}), "report-open": ("POST", STAFF - {"owner", "admin", "stranger"}),
    "report-attach": ("POST", STAFF - {"owner", "admin", "stranger"}),
    "cases": ("GET", STAFF - {"owner", "admin"}), "case": ("GET", SAW_CASE), "case-diagram": ("GET", SAW_CASE), "party-new": ("GET", SAW_CASE),
    "party": ("GET", SAW_CASE), "tool": ("GET", SAW_CASE), "happened": ("GET", SAW_CASE), "happened-tell": ("GET", SAW_CASE),
    "evidence-new": ("GET", SAW_CASE), "evidence": ("GET", SAW_CASE),
    "evidence-shown": ("GET", SAW_CASE), "evidence-small": ("GET", SAW_CASE), "evidence-original": ("POST", {"compliance", "leader"}),
    "evidence-inbox": ("GET", STAFF - {"owner", "admin"}), "evidence-take": ("GET", STAFF - {"owner", "admin"}),
    "evidence-place": ("POST", STAFF - {"owner", "admin", "stranger"}),
    "case-part": ("GET", SAW_CASE), "case-record": ("GET", SAW_CASE), "case-letters": ("GET", SAW_CASE),
    "note-new": ("GET", SAW_CASE), "note-correct": ("GET", SAW_CASE), "contact-new": ("GET", SAW_CASE), "incident-new": ("GET", SAW_CASE),
    "letters": ("GET", STAFF - {"owner", "admin"}), "set-password": ("GET", set()), "user-link": ("POST", {"admin"}),
    "letter-pdf": ("GET", SAW_CASE), "letter-gone": ("GET", SAW_CASE), "letter-serve": ("GET", SAW_CASE), "letter-back": ("GET", SAW_CASE),
    "letter-message": ("GET", SAW_CASE), "message-decide": ("POST", SAW_CASE), "letter-queue": ("GET", {"leader"}), "letter-run": ("GET", {"leader"}),
    "letter-run-file": ("GET", {"leader"}), "letter-run-manifest": ("GET", {"leader"}), "letter-run-step": ("POST", {"leader"}),
    "letter": ("GET", SAW_CASE), "letter-words": ("GET", SAW_CASE),
    "letter-preview": ("GET", SAW_CASE), "letter-step": ("POST", SAW_CASE), "letter-choose": ("GET", SAW_CASE), "letter-write": ("GET", set()),
    "survey-enter": ("GET", set()), "fault": ("GET", SAW_CASE),
    "overdue": ("GET", {"leader"}), "faults": ("GET", {"leader"}), "measures": ("GET", {"leader"}), "measure": ("GET", {"leader"}), "procedure": ("GET", {"leader", "owner"}),
    "users": ("GET", {"admin"}), "user-new": ("GET", {"admin"}), "user": ("GET", {"admin"}), "team-new": ("GET", {"admin"}),
    "team": ("GET", {"admin"}), "patch-new": ("GET", {"admin"}), "patch": ("GET", {"admin"}), "calendar": ("GET", {"admin"}),
    "search": ("GET", STAFF - {"owner", "admin"}), "person": ("GET", SAW_CASE), "person-join": ("GET", SAW_CASE), "person-part": ("GET", SAW_CASE),
    "safe-contact": ("GET", SAW_CASE), "person-letters": ("GET", SAW_CASE), "safe-contact-lift": ("GET", SAW_CASE), "party-known": ("GET", SAW_CASE), "consent": ("GET", SAW_CASE),
    "letter-release": ("GET", SAW_CASE), "home-page": ("GET", WORKERS | {"officer2"}),
    "homes-imports": ("GET", {"admin"}), "homes-import-new": ("GET", {"admin"}), "homes-import": ("GET", {"admin"}),
    "homes-import-decide": ("POST", {"admin"}), "homes-import-refused": ("GET", {"admin"}),
    "report-public": ("GET", PUBLIC), "report-thanks": ("GET", PUBLIC), "standards-public": ("GET", PUBLIC), "survey": ("GET", set()), "survey-thanks": ("GET", PUBLIC),
    "studio": ("GET", {"owner"}), "draft-open": ("POST", {"owner"}), "draft-publish": ("POST", {"owner"}), "draft-discard": ("POST", {"owner"}),
    "version-diagram": ("GET", {"owner"}), "modeller": ("GET", {"owner"}), "modeller-save": ("POST", {"owner"}), "step-edit": ("GET", {"owner"}),
    "wordings": ("GET", {"owner"}), "wording-new": ("GET", {"owner"}), "wording-standing": ("GET", {"owner"}), "wording-of": ("GET", {"owner"}),
    "wording-preview": ("POST", {"owner"}), "wording-tongue": ("GET", {"owner"}), "wording-tongue-preview": ("POST", {"owner"}),
    "wording-back": ("POST", set()), "letterhead": ("GET", {"admin"}), "letterhead-example": ("GET", {"admin"}),
    "confirmed": ("GET", {"admin"}), "confirm": ("GET", {"admin"}), "confirm-example": ("GET", {"admin"}),
    "wording": ("GET", {"owner"}), "catalogue": ("GET", {"owner"}), "practices": ("GET", {"leader", "owner"}),
    "settings": ("GET", {"owner"}),
    "api-schema": ("GET", STAFF), "api-reports": ("POST", STAFF - {"owner", "admin"}), "api-tasks": ("GET", STAFF - {"owner", "admin"}),
    "api-task": ("GET", SAW_CASE), "api-task-complete": ("POST", SAW_CASE), "api-case": ("GET", SAW_CASE),
    "api-happenings": ("GET", SAW_CASE),
    "api-notes": ("POST", SAW_CASE), "api-contacts": ("POST", SAW_CASE), "api-case-evidence": ("POST", SAW_CASE),
    "api-tool": ("POST", SAW_CASE), "api-evidence": ("POST", STAFF - {"owner", "admin"}),
}  # fmt: skip


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        found |= names(pattern.url_patterns) if isinstance(pattern, URLResolver) else {str(pattern.name)}
    return found


@dataclass
class World:
    case: Case
    ids: dict[str, list[object]]


@pytest.fixture
def world(landlord: Landlord, user: Who, now: datetime) -> World:
    """A case in the officer's patch with one of everything, and a stranger who works for another landlord."""
    other = Landlord.objects.create(code="elsewhere", name="Elsewhere Homes")
    role = Role.objects.create(landlord=other, code="boss", name="Boss", powers=["take_reports", "triage", "work", "all_cases"])
    publish(landlord=other, files=landlord.pack.live.files, note="", by=None, now=now)
    User.objects.create_user("stranger@fenbridge.example", None, name="Stranger", landlord=other).roles.add(role)
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    officer = user("officer")
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, officer, now)
    case.refresh_from_db()
    commands.start_tool(case=case, element="Tool_ready", party=None, by=officer, now=now)
    jobs.draw_waiting()
    picture = BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    picture.seek(0)
    kept = evidence.add_evidence(case=case, title="A door", filename="door.png", content=picture, by=officer, now=now)
    picture.seek(0)
    unplaced = evidence.take_evidence(title="A stair", filename="s.png", content=picture, origin="By post", by=officer, now=now)
    note = notes.add_note(case=case, text="It was quiet.", by=officer, now=now)
    told = Told(what="More", place="Somewhere")
    report = commands.take_report(landlord=landlord, channel="online", told=told, by=None, now=now)
    studio.open_draft(by=user("owner"), now=now)
    task, letter = Task.objects.get(instance=case.instance, status=Task.OPEN), Letter.objects.get()
    message = Message.objects.create(
        letter=letter, channel="email", address="a@b.example", key="x", asked_by=officer, asked_at=now, status=Message.FAILED
    )
    PrintRun.objects.create(landlord=landlord, number=1, total=0, asked_at=now, asked_by=officer, status=PrintRun.MADE, file=b"%PDF")
    party = case.parties.get()
    person = party.person
    assert person is not None
    twice = Person.objects.create(landlord=landlord, name="The same", same_as=person)
    home = Property.objects.create(landlord=landlord, reference="H1", address=["1 Mill Lane"], postcode="PE14 7DE")
    given = HomesImport.objects.create(landlord=landlord, by=user("admin"), at=now, total=1, status=HomesImport.LOOKED)
    fault = Fault.objects.create(instance=case.instance, engine_id=uuid4(), element="x", name="Send", sentence="No ink.", raised_at=now)
    day = timezone.localdate() + timedelta(days=90)
    absence = arrange_cover(absent=officer, cover=user("officer2"), first=day, last=day, by=officer, now=timezone.now())
    return World(case, {
        "claim": [task.pk], "release": [task.pk], "put-off": [task.pk], "absence-end": [absence.pk],
        "brand": [landlord.code], "task": [task.pk], "task-draft": [task.pk], "hand-over": [task.pk], "report": [report.pk],
        "report-open": [report.pk], "report-attach": [report.pk], "case": [case.reference], "case-diagram": [case.reference, "Triage"],
        "party-new": [case.reference], "party": [case.reference, party.pk], "tool": [case.reference, "Tool_update"],
        "happened": [case.reference], "happened-tell": [case.reference, "new_incident"], "api-happenings": [case.reference],
        "evidence-new": [case.reference], "evidence": [kept.pk], "evidence-shown": [kept.pk], "evidence-small": [kept.pk],
        "evidence-original": [kept.pk], "evidence-place": [unplaced.pk], "case-part": [case.reference, "contact"],
        "case-record": [case.reference, case.records.first().pk], "case-letters": [case.reference], "note-new": [case.reference],
        "note-correct": [case.reference, note.pk], "contact-new": [case.reference], "incident-new": [case.reference], "letter-pdf": [letter.pk, "accessible"], "letter-gone": [letter.pk], "letter-serve": [letter.pk],
        "letter-back": [letter.pk], "letter-message": [letter.pk, "email"], "message-decide": [message.pk, "again"], "letter-run": [1], "letter-run-file": [1],
        "letter-run-manifest": [1], "letter-run-step": [1, "stop"],
        "letter": [letter.pk], "letter-words": [letter.pk], "letter-preview": [letter.pk],
        "letter-step": [letter.pk, "retry"], "letter-choose": [case.reference], "letter-write": [case.reference, "warning"],
        "survey-enter": [case.reference, 1], "measure": ["new-cases", 0], "fault": [fault.pk], "user": [officer.pk],
        "team": [landlord.teams.first().pk], "patch": [landlord.patches.first().pk], "report-public": [landlord.code], "standards-public": [landlord.code],
        "report-thanks": [landlord.code], "survey": ["nosuchtoken"], "set-password": ["MQ", "nosuch-token"], "user-link": [officer.pk], "survey-thanks": [landlord.code], "version-diagram": [1, "triage.bpmn"],
        "modeller": ["triage.bpmn"], "modeller-save": ["triage.bpmn"], "step-edit": ["triage.bpmn", "Triage_decide"], "wording": ["triage"], "wording-of": ["warning"],
        "wording-preview": ["warning"], "wording-tongue": ["warning", "pl"], "wording-tongue-preview": ["warning", "pl"], "wording-back": ["warning"],
        "confirm": ["form-3"], "confirm-example": ["bundle"],
        "person": [person.pk], "person-join": [person.pk, person.pk], "person-part": [person.pk, twice.pk], "safe-contact": [person.pk], "person-letters": [person.pk],
        "safe-contact-lift": [person.pk], "party-known": [case.reference], "consent": [case.reference, party.pk], "letter-release": [letter.pk],
        "home-page": [home.pk], "homes-import": [given.pk], "homes-import-decide": [given.pk], "homes-import-refused": [given.pk],
        "api-task": [task.pk], "api-task-complete": [task.pk], "api-case": [case.reference],
        "api-notes": [case.reference], "api-contacts": [case.reference], "api-case-evidence": [case.reference],
        "api-tool": [case.reference, "Tool_update"],
    })  # fmt: skip


def test_every_address_has_its_line() -> None:
    assert names(get_resolver().url_patterns) == set(RULES)


def reached(client: Client, name: str, method: str, world: World) -> bool:
    """Whether the door was open. Refusal is 403, 404, 410, or being sent to sign in."""
    url = reverse(name, args=world.ids.get(name, []))
    response = (
        client.get(url)
        if method == "GET"
        else client.post(
            url,
            {} if not name.startswith(("api", "modeller-s")) else "{}",
            content_type="application/json" if name.startswith(("api", "modeller-s")) else "application/x-www-form-urlencoded",
        )
    )
    assert response.status_code < 500, f"{name}: {response.status_code}"
    to_sign_in = response.status_code == 302 and "/sign-in" in response.headers["Location"] and name not in ("home", "sign-out")
    return response.status_code not in (401, 403, 404, 410) and not to_sign_in


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_role_reaches_what_is_theirs_and_nothing_else(who: str, world: World, user: Who) -> None:
    wrong = []
    for name, (method, allowed) in RULES.items():
        client = Client()
        if who != "none":
            client.force_login(user(who))
        # Opening the draft again after it was thrown away keeps the later addresses meaningful.
        if reached(client, name, method, world) != (who in allowed):
            wrong.append((name, "should be open" if who in allowed else "should be shut"))
        if name in ("draft-discard", "report-open"):
            put_back(world, user, name)
    assert wrong == []


def put_back(world: World, user: Who, name: str) -> None:
    """Put back what trying an address used up."""
    if name == "draft-discard":
        studio.open_draft(by=user("owner"), now=timezone.now())
    else:
        report = commands.take_report(
            landlord=world.case.landlord, channel="online", told=Told(what="More", place="Somewhere"), by=None, now=timezone.now()
        )
        world.ids["report-attach"] = world.ids["report-open"] = world.ids["report"] = [report.pk]


def test_another_landlords_case_answers_as_if_it_did_not_exist(world: World, user: Who) -> None:
    client = Client()
    client.force_login(user("stranger"))
    theirs, nobodys = client.get(reverse("case", args=[world.case.reference])), client.get(reverse("case", args=["ASB-99999"]))
    assert theirs.status_code == nobodys.status_code == 404
    pages = [re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page.content) for page in (theirs, nobodys)]
    assert pages[0] == pages[1]


def test_a_signed_in_page_is_not_kept_and_may_load_nothing_from_elsewhere(world: World, user: Who) -> None:
    client = Client()
    client.force_login(user("officer"))
    headers = client.get(reverse("case", args=[world.case.reference])).headers
    assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in headers["Content-Security-Policy"] and "unsafe" not in headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["evidence-shown", "evidence-small"])
def test_a_picture_is_shown_in_a_sandbox_and_as_nothing_but_a_picture(world: World, user: Who, name: str) -> None:
    client = Client()
    client.force_login(user("officer"))
    headers = client.get(reverse(name, args=world.ids["evidence"])).headers
    assert headers["Content-Disposition"].startswith("inline") and headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Type"].startswith("image/") and headers["X-Content-Type-Options"] == "nosniff"
