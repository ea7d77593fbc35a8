"""The API: the same commands and queries as the pages, in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts import powers
from backend.accounts.models import User
from backend.api import shapes
from backend.casework import access, commands, queries, worklist
from backend.casework.commands import Told
from backend.errors import InvalidAnswers, NotAllowed
from backend.workflow.forms import Question
from backend.workflow.models import Task

PROBLEMS = dict.fromkeys((400, 403, 404, 409, 422), shapes.Problem)


def who(request: Request) -> User:
    """The signed-in person who asks."""
    if not isinstance(request.user, User):
        raise NotAllowed("Sign in first.")
    return request.user


def _task(task: Task) -> dict[str, Any]:
    return {
        "id": task.pk, "name": task.name, "case": task.instance.case.reference, "due_at": task.due_at,
        "late": task.is_late(timezone.now()), "owner": task.owner.name if task.owner else None,
    }  # fmt: skip


class Reports(APIView):
    @extend_schema(request=shapes.ReportIn, responses={201: shapes.ReportOut, **PROBLEMS}, operation_id="take_report")
    def post(self, request: Request) -> Response:
        """Take a report. It waits among the new reports until somebody decides where it belongs."""
        user = who(request)
        access.need(user, powers.TAKE_REPORTS)
        given = shapes.ReportIn(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        channel, address = fields.pop("channel"), tuple(fields.pop("address", ()))
        report = commands.take_report(
            landlord=user.landlord, channel=channel, told=Told(address=address, **fields), by=user, now=timezone.now()
        )
        return Response(shapes.ReportOut({"id": report.pk, "received_at": report.received_at}).data, status=201)


class Tasks(APIView):
    @extend_schema(responses={200: shapes.TaskOut(many=True), **PROBLEMS}, operation_id="my_tasks")
    def get(self, request: Request) -> Response:
        """The open tasks that you may do, most overdue first; at most 200."""
        user = who(request)
        access.need(user, powers.WORK)
        return Response(shapes.TaskOut([_task(task) for task in worklist.mine(user)[:200]], many=True).data)


class OneTask(APIView):
    @extend_schema(responses={200: shapes.TaskDetail, **PROBLEMS}, operation_id="task")
    def get(self, request: Request, task_id: int) -> Response:
        """A task with its questions."""
        user = who(request)
        access.need(user, powers.WORK)
        task = queries.task_by_id(user, task_id)
        form = commands.form_of(task)
        people = commands.people_for(task, form, task.instance.case)
        questions = [
            {
                "key": q.key, "label": q.label, "type": q.type, "required": q.required,
                "options": [{"value": value, "label": label} for value, label in _options(q, people).items()],
            }
            for q in form.questions
        ]  # fmt: skip
        return Response(shapes.TaskDetail({**_task(task), "form": form.title, "questions": questions}).data)


def _options(question: Question, people: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    """What may be chosen: value to label."""
    return people.get(question.key) or {option.value: option.label for option in question.options}


class CompleteTask(APIView):
    @extend_schema(request=shapes.AnswersIn, responses={204: None, **PROBLEMS}, operation_id="complete_task")
    def post(self, request: Request, task_id: int) -> Response:
        """Complete a task with its form's answers."""
        user = who(request)
        access.need(user, powers.WORK)
        form = commands.form_of(queries.task_by_id(user, task_id))
        given = shapes.AnswersIn(data=request.data)
        given.is_valid(raise_exception=True)
        answers = given.validated_data["answers"]
        if strange := [key for key in answers if form.question_of(key) is None]:
            raise InvalidAnswers(dict.fromkeys(strange, "There is no such question."))
        commands.complete_task(task_id=task_id, data=answers, by=user, now=timezone.now())
        return Response(status=204)


class OneCase(APIView):
    @extend_schema(responses={200: shapes.CaseOut, **PROBLEMS}, operation_id="case")
    def get(self, request: Request, reference: str) -> Response:
        """A case with its people, open tasks and the tools that may be started."""
        user = who(request)
        access.need(user, powers.WORK)
        case = queries.case_head(user, reference)
        tasks = [{**_task(task), "case": case.reference} for task in queries.tasks_of(case).select_related("instance__case")]
        shown = {
            "reference": case.reference, "place": case.place, "category": case.category, "severity": case.severity,
            "opened_at": case.opened_at, "closed_at": case.closed_at, "owner": case.owner.name if case.owner else None,
            "people": [{"id": party.pk, "role": party.role, "label": party.label} for party in case.parties.all()], "tasks": tasks,
            "tools": [
                {"element": tool.element, "name": tool.name, "whom": tool.whom, "reason": tool.reason} for tool in queries.tools(case)
            ],
        }  # fmt: skip
        return Response(shapes.CaseOut(shown).data)
