"""What may be done to a case at any time, in JSON: a note, a contact, evidence (as form data), a tool."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts import powers
from backend.api import shapes
from backend.api.views import PROBLEMS, who
from backend.casework import access, commands, evidence, notes
from backend.casework.models import Case, Evidence, Incident, Note, Party
from backend.casework.notes import Said
from backend.errors import NotFound


def _given(shape: type[shapes.Strict], data: Any) -> dict[str, Any]:
    """What was sent, once it is of the right shape."""
    read = shape(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def _party(case: Case, fields: dict[str, Any]) -> Party | None:
    """The person of the case that was named; taken out of `fields`."""
    number = fields.pop("party", None)
    if number is None:
        return None
    found = case.parties.select_related("person").filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such person on this case.")
    return found


def _incident(case: Case, fields: dict[str, Any]) -> Incident | None:
    number = fields.pop("incident", None)
    if number is None:
        return None
    found = case.incidents.filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such incident on this case.")
    return found


def _note(note: Note) -> Response:
    return Response(shapes.NoteOut({"id": note.pk, "title": note.title, "happened_at": note.happened_at}).data, status=201)


def _kept(kept: Evidence) -> Response:
    said = {"id": kept.pk, "kind": kept.kind, "title": kept.title, "sha256": kept.sha256}
    return Response(shapes.EvidenceOut(said).data, status=201)


class Notes(APIView):
    @extend_schema(request=shapes.NoteIn, responses={201: shapes.NoteOut, **PROBLEMS}, operation_id="add_note")
    def post(self, request: Request, reference: str) -> Response:
        """Write a note in the log of a case."""
        user = who(request)
        case = access.case_for(user, reference)
        return _note(notes.add_note(case=case, by=user, now=timezone.now(), **_given(shapes.NoteIn, request.data)))


class Contacts(APIView):
    @extend_schema(request=shapes.ContactIn, responses={201: shapes.NoteOut, **PROBLEMS}, operation_id="add_contact")
    def post(self, request: Request, reference: str) -> Response:
        """Write down a contact with somebody."""
        user = who(request)
        case = access.case_for(user, reference)
        fields = _given(shapes.ContactIn, request.data)
        said = Said(party=_party(case, fields), **fields)
        return _note(notes.add_contact(case=case, said=said, by=user, now=timezone.now()))


class CaseEvidence(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(request=shapes.EvidenceIn, responses={201: shapes.EvidenceOut, **PROBLEMS}, operation_id="add_evidence")
    def post(self, request: Request, reference: str) -> Response:
        """Keep a file with a case."""
        user = who(request)
        case = access.case_for(user, reference)
        fields = _given(shapes.EvidenceIn, request.data)
        file, party, incident = fields.pop("file"), _party(case, fields), _incident(case, fields)
        kept = evidence.add_evidence(
            case=case, content=file, filename=file.name, party=party, incident=incident, by=user, now=timezone.now(), **fields
        )
        return _kept(kept)


class UnplacedEvidence(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(request=shapes.UnplacedIn, responses={201: shapes.EvidenceOut, **PROBLEMS}, operation_id="take_evidence")
    def post(self, request: Request) -> Response:
        """Keep a file that belongs to no case yet. It waits until somebody places it."""
        user = who(request)
        access.need(user, powers.TAKE_REPORTS, powers.TRIAGE, powers.WORK)
        fields = _given(shapes.UnplacedIn, request.data)
        file = fields.pop("file")
        return _kept(evidence.take_evidence(content=file, filename=file.name, by=user, now=timezone.now(), **fields))


class Tools(APIView):
    @extend_schema(request=shapes.ToolIn, responses={204: None, **PROBLEMS}, operation_id="start_tool")
    def post(self, request: Request, reference: str, element: str) -> Response:
        """Start a tool that the stage of the case offers."""
        user = who(request)
        case = access.case_for(user, reference)
        fields = _given(shapes.ToolIn, request.data)
        commands.start_tool(case=case, element=element, party=_party(case, fields), by=user, now=timezone.now(), **fields)
        return Response(status=204)
