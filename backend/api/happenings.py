"""The API of what happens to a case: what it listens for now, and telling it, such as a partner's message."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api.shapes import Strict
from backend.api.views import PROBLEMS, who
from backend.casework import access, happenings
from backend.casework.happenings import LONGEST, Happening


class SomebodyOut(serializers.Serializer[object]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer


class HappeningOut(serializers.Serializer[object]):
    """One thing that the case may be told now; `people` are those it may be about."""

    message = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    about = serializers.CharField()
    people = SomebodyOut(many=True)


class HappeningIn(Strict):
    """`press` is a name of your own for this telling: the same one twice tells the case once."""

    message = serializers.CharField(max_length=200)
    person = serializers.IntegerField(required=False)
    reason = serializers.CharField(max_length=LONGEST)
    press = serializers.UUIDField()


def _shown(told: Happening) -> dict[str, object]:
    people = [{"id": party.pk, "role": party.role, "label": party.label} for party in told.people]
    return {"message": told.message, "label": told.label, "about": told.whom, "people": people}


class Happenings(APIView):
    @extend_schema(responses={200: HappeningOut(many=True), **PROBLEMS}, operation_id="happenings")
    def get(self, request: Request, reference: str) -> Response:
        """What you may tell the case now."""
        user = who(request)
        case = access.case_for(user, reference)
        return Response([HappeningOut(_shown(told)).data for told in happenings.happenings(case, user)])

    @extend_schema(request=HappeningIn, responses={204: None, **PROBLEMS}, operation_id="tell_case")
    def post(self, request: Request, reference: str) -> Response:
        """Tell the case that something has happened, such as a partner's message."""
        user = who(request)
        case = access.case_for(user, reference)
        given = HappeningIn(data=request.data)
        given.is_valid(raise_exception=True)
        told = given.validated_data
        party = case.parties.filter(pk=told["person"]).first() if "person" in told else None
        happenings.tell(
            case=case, message=told["message"], party=party, reason=told["reason"], press=told["press"], by=user, now=timezone.now()
        )
        return Response(status=204)
