"""Two at the same instant, on real connections: one wins or both stand, and nothing of either is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from backend.accounts.models import Landlord, User
from backend.casework import access, commands, people, surveys
from backend.casework.commands import Told
from backend.casework.models import Case, Incident, Person, Record, Survey
from backend.correspondence import jobs as letters
from backend.correspondence.commands import pdf_for
from backend.correspondence.models import Letter, Rendition
from backend.errors import AlreadyDone, DomainError
from backend.workflow import jobs
from backend.workflow.models import Fault, Instance, Step, Task
from backend.workflow.publishing import publish
from backend.workflow.watchdog import silent
from tests.answers import do, fill, open_tasks
from tests.workflow.test_runner import close, open_case

Who = Callable[[str], User]
pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each in a thread with a connection of its own, all let go together; what each gave back or raised, in order."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def complete(task: Task, by: User, now: datetime) -> Callable[[], object]:
    data = fill(commands.form_of(task), {})
    return lambda: commands.complete_task(task_id=task.pk, data=data, by=by, now=now)


def told(results: list[object]) -> list[DomainError]:
    """What people were told; anything else that was raised is a failure."""
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)], results
    return [one for one in results if isinstance(one, DomainError)]


@pytest.fixture
def in_toolbox(landlord: Landlord, user: Who, now: datetime) -> tuple[Case, User]:
    """A case whose tools are on offer, and its officer."""
    case = open_case(landlord, user, now)
    do(case, "Triage the report", user("calls"), now)
    owner = Case.objects.get(pk=case.pk).owner
    assert owner is not None
    for name in ("Contact the reporter", "Ask the risk questions", "Agree the action plan"):
        do(case, name, owner, now)
    return Case.objects.get(pk=case.pk), owner


def update_tool(case: Case, by: User, now: datetime) -> object:
    return commands.start_tool(case=case, element="Tool_update", party=case.parties.get(role="reporter"), by=by, now=now)


def two_updates(case: Case, by: User, now: datetime) -> list[Task]:
    for _ in range(2):
        update_tool(case, by, now)
    return list(Task.objects.filter(instance=case.instance_id, status=Task.OPEN).order_by("pk"))


def test_of_two_officers_who_submit_the_same_task_one_wins_and_the_other_is_told(landlord: Landlord, user: Who, now: datetime) -> None:
    for number in range(1, ROUNDS + 1):
        task = Task.objects.get(instance=open_case(landlord, user, now).instance)
        (late,) = told(at_once(complete(task, user("calls"), now), complete(task, user("leader"), now)))
        assert isinstance(late, AlreadyDone) and "has already been done, so nothing was changed" in late.sentence
        assert Record.objects.filter(task=task).count() == 1 and Letter.objects.count() == number


def test_the_officer_who_was_too_late_gets_what_they_typed_back(landlord: Landlord, user: Who, now: datetime) -> None:
    task = Task.objects.get(instance=open_case(landlord, user, now).instance)
    data = fill(commands.form_of(task), {"is_asb": "no"}) | {"notes": ["The caretaker heard <b>glass</b> break."]}

    def send(by: User) -> tuple[int, str]:
        browser = Client()
        browser.force_login(by)
        answer = browser.post(f"/tasks/{task.pk}", data)
        return answer.status_code, answer.content.decode()

    results = at_once(lambda: send(user("calls")), lambda: send(user("leader")))
    assert sorted(status for status, _ in results) == [302, 409]
    page = next(text for status, text in results if status == 409)
    assert "has already been done, so nothing was changed" in page and "The caretaker heard &lt;b&gt;glass&lt;/b&gt; break." in page


def test_two_tasks_of_one_case_are_completed_at_once_and_both_stand(in_toolbox: tuple[Case, User], user: Who, now: datetime) -> None:
    case, owner = in_toolbox
    for _ in range(ROUNDS):
        tasks = two_updates(case, owner, now)
        assert not told(at_once(*(complete(task, by, now) for task, by in zip(tasks, (owner, user("leader")), strict=True))))
        assert Record.objects.filter(task__in=tasks).count() == 2 and open_tasks(case) == []
        assert Step.objects.filter(engine_id__in=[task.engine_id for task in tasks]).count() == 2


def test_without_the_lock_two_tasks_completed_at_once_lose_something(
    in_toolbox: tuple[Case, User], user: Who, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the tests above look at a real race: both read the case before either writes it."""
    case, owner = in_toolbox
    tasks, both_have_read = two_updates(case, owner, now), threading.Barrier(2, timeout=120)

    def read_unlocked(by: User, task_id: int) -> Task:
        task = Task.objects.select_related("instance__case__landlord", "instance__landlord").get(pk=task_id)
        both_have_read.wait()
        return task

    monkeypatch.setattr(access, "lock_task", read_unlocked)
    results = at_once(*(complete(task, by, now) for task, by in zip(tasks, (owner, user("leader")), strict=True)))
    monkeypatch.undo()
    # Either one of the two is thrown out, or the saved state still waits for a task whose row says that it is done.
    waiting = {token["id"] for tree in Instance.objects.get(pk=case.instance_id).state["trees"] for token in tree["tokens"]}
    done = {str(task.engine_id) for task in Task.objects.filter(instance=case.instance_id, status=Task.DONE)}
    assert told(results) or waiting & done


def test_a_tool_started_twice_at_once_runs_twice(in_toolbox: tuple[Case, User], user: Who, now: datetime) -> None:
    case, owner = in_toolbox
    for number in range(1, ROUNDS + 1):
        assert not told(at_once(*(lambda by=by: update_tool(case, by, now) for by in (owner, user("leader")))))
        assert open_tasks(case) == ["Update the reporter"] * 2 * number


def test_a_completion_and_a_message_at_once_both_stand(landlord: Landlord, user: Who, now: datetime) -> None:
    for number in range(ROUNDS):
        case = open_case(landlord, user, now)
        do(case, "Triage the report", user("calls"), now)
        task = Task.objects.get(instance=case.instance, status=Task.OPEN)
        report = commands.take_report(
            landlord=landlord, channel="telephone", by=user("calls"), now=now,
            told=Told(what="It goes on", place="4 Mill Lane", place_postcode="PE14 7DE", name=f"Witness {number}"),
        )  # fmt: skip
        results = at_once(
            complete(task, user("leader"), now),
            lambda case=case, report=report: commands.attach_report(report=report, case=case, by=user("calls"), now=now),
        )
        assert not told(results)
        assert open_tasks(case) == ["Ask the risk questions", "Contact this reporter"]
        assert Record.objects.filter(task=task).count() == 1 and Incident.objects.filter(case=case).count() == 2


@pytest.fixture
def waiting_survey(landlord: Landlord, user: Who, now: datetime) -> Case:
    """A closed case whose survey runs out in 28 days."""
    case = open_case(landlord, user, now)
    close(case, user, now)
    return Case.objects.get(pk=case.pk)


def copies(case: Case) -> Iterator[Case]:
    """Cases that stand where this one stands, each with an instance of its own."""
    row = Instance.objects.get(pk=case.instance_id)
    for number in range(ROUNDS):
        instance = Instance.objects.create(**{f.name: getattr(row, f.name) for f in Instance._meta.fields if f.name != "id"})
        shared = {f.name: getattr(case, f.name) for f in Case._meta.fields if f.name not in ("id", "reference", "instance")}
        yield Case.objects.create(**shared, reference=f"COPY-{number}", instance=instance)


def test_two_workers_that_take_the_same_due_timer_fire_it_once(waiting_survey: Case, now: datetime) -> None:
    due = now + timedelta(days=28, seconds=5)
    Instance.objects.filter(pk=waiting_survey.instance_id).update(due_at=None)
    for case in copies(waiting_survey):
        Instance.objects.filter(pk=case.instance_id).update(due_at=now + timedelta(days=28))
        assert sorted(at_once(*[lambda: jobs.fire_due(now=due)] * 2)) == [0, 1]
        assert Step.objects.filter(instance=case.instance_id, element="Survey_timeout").count() == 1
    assert not Fault.objects.exists()


def test_two_workers_that_take_the_same_letter_draw_it_once(landlord: Landlord, user: Who, now: datetime) -> None:
    for _ in range(ROUNDS):
        do(open_case(landlord, user, now), "Triage the report", user("calls"), now)
        letter = Letter.objects.get(status=Letter.QUEUED)
        assert sorted(at_once(letters.draw_waiting, letters.draw_waiting)) == [0, 1]
        letter.refresh_from_db()
        assert (letter.status, letter.attempts) == (Letter.RENDERED, 1)
        assert sorted(Rendition.objects.filter(letter=letter).values_list("name", flat=True)) == ["print"]


def test_two_who_ask_at_once_for_a_shape_of_a_letter_that_nobody_had_get_the_same_one(landlord: Landlord, user: Who, now: datetime) -> None:
    do(open_case(landlord, user, now), "Triage the report", user("calls"), now)
    letters.draw_waiting()
    letter, officer = Letter.objects.get(), user("officer")
    for name in ("large", "accessible"):
        asked = lambda name=name: pdf_for(officer, letter.pk, name).pk  # noqa: E731
        first, second = at_once(asked, asked)
        assert first == second == Rendition.objects.get(letter=letter, name=name).pk


def test_a_survey_answered_as_its_time_runs_out_keeps_the_answer_and_ends_once(waiting_survey: Case, user: Who, now: datetime) -> None:
    due = now + timedelta(days=28)
    original, leader = Survey.objects.get(), user("leader")
    Instance.objects.filter(pk=waiting_survey.instance_id).update(due_at=None)
    for case in copies(waiting_survey):
        Instance.objects.filter(pk=case.instance_id).update(due_at=due)
        survey = Survey.objects.create(case=case, party=original.party, sent_at=now, expires_at=due)
        answer = lambda case=case, survey=survey: surveys.enter(  # noqa: E731
            case=case, survey_id=survey.pk, channel="telephone", data={"service": ["very"]}, by=leader, now=due
        )
        assert not told(at_once(answer, lambda: jobs.fire_due(now=due)))
        survey.refresh_from_db()
        ends = Step.objects.filter(instance=case.instance_id, element__in=("Survey_end", "Survey_quiet"))
        assert survey.answered_at == due and ends.count() == 1
        assert "Survey_wait" not in Instance.objects.get(pk=case.instance_id).active


def test_the_last_two_x(waiting_survey: Case, user: Who, now: datetime) -> None:
    original, leader = Survey.objects.get(), user("leader")
    Instance.objects.filter(pk=waiting_survey.instance_id).update(due_at=None)
    for case in copies(waiting_survey):
        both = [
            Survey.objects.create(case=case, party=original.party, sent_at=now + timedelta(seconds=n), expires_at=now + timedelta(days=1))
            for n in (1, 2)
        ]
        acts = [
            lambda case=case, one=one: surveys.enter(
                case=case, survey_id=one.pk, channel="paper", data={"service": ["very"]}, by=leader, now=now
            )
            for one in both
        ]
        assert not told(at_once(*acts))
        assert "Survey_wait" not in Instance.objects.get(pk=case.instance_id).active


LIMIT = """<bpmn:boundaryEvent id="Triage_limit" name="Nobody looked at it" attachedToRef="Triage_decide">
<bpmn:outgoing>Triage_f90</bpmn:outgoing>
<bpmn:timerEventDefinition id="Triage_limit_event"><bpmn:timeDate>days(2, since=opened_at)</bpmn:timeDate></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:sequenceFlow id="Triage_f90" sourceRef="Triage_limit" targetRef="Triage_severity" />
<bpmn:sequenceFlow id="Triage_f1\""""


@pytest.fixture
def limited(landlord: Landlord, now: datetime) -> Landlord:
    """Its procedure takes a report on by itself when nobody has triaged it in two days."""
    assert landlord.pack.live is not None
    files = dict(landlord.pack.live.files)
    files["triage.bpmn"] = files["triage.bpmn"].replace('<bpmn:sequenceFlow id="Triage_f1"', LIMIT, 1)
    publish(landlord=landlord, files=files, note="", by=None, now=now)
    return landlord


def test_a_completion_and_a_time_limit_at_once_make_one_of_the_two(limited: Landlord, user: Who, now: datetime) -> None:
    due, won = now + timedelta(days=2), {"officer": 0, "limit": 0}
    for _ in range(ROUNDS):
        case = open_case(limited, user, now)
        task = Task.objects.get(instance=case.instance)
        late = told(at_once(complete(task, user("calls"), due), lambda: jobs.fire_due(now=due)))
        task.refresh_from_db()
        passed = set(Step.objects.filter(instance=case.instance, engine_id=task.engine_id).values_list("element", flat=True))
        fired = Step.objects.filter(instance=case.instance, element="Triage_limit").count()
        if late:
            assert (task.status, fired, passed) == (Task.CANCELLED, 1, set()) and not Record.objects.filter(task=task).exists()
        else:
            assert (task.status, fired, passed) == (Task.DONE, 0, {"Triage_decide"}) and Record.objects.filter(task=task).count() == 1
        won["limit" if late else "officer"] += 1
    assert not silent().exists()


def test_two_who_join_the_same_people_either_way_round_make_one_person(landlord: Landlord, user: Who, now: datetime) -> None:
    case, officer = open_case(landlord, user, now), user("leader")
    reporter = case.parties.get().person
    assert reporter is not None
    for number in range(ROUNDS):
        witness = Person.objects.create(landlord=landlord, name=f"Witness {number}")
        case.parties.create(role="witness", person=witness, added_at=now)
        again = Person.objects.create(landlord=landlord, name=f"Witness {number}")
        case.parties.create(role="witness", person=again, added_at=now)
        pairs = (witness, again), (again, witness)
        results = at_once(*(
            lambda pair=pair: people.join(person=pair[0], into=pair[1], reason="The same voice", by=officer, now=now)  # type: ignore[misc]
            for pair in pairs
        ))  # fmt: skip
        assert [type(one) for one in told(results)] == [AlreadyDone]
        assert Person.objects.filter(pk__in=(witness.pk, again.pk), same_as=None).count() == 1
