"""What the API takes and gives. Unknown fields are refused, so that a slip is never silently lost."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.casework.models import Note, Report


class Strict(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError({name: ["There is no such field."] for name in sorted(unknown)})
        return super().to_internal_value(data)


class Problem(serializers.Serializer[Any]):
    """What went wrong, in a sentence; `problems` by question where answers need another look."""

    detail = serializers.CharField()
    problems = serializers.DictField(child=serializers.CharField(), required=False)


class ReportIn(Strict):
    channel = serializers.ChoiceField(choices=[code for code, _ in Report.CHANNELS])
    what = serializers.CharField(max_length=10_000)
    place = serializers.CharField(max_length=200)
    place_postcode = serializers.CharField(max_length=10, required=False, allow_blank=True)
    happened = serializers.CharField(max_length=200, required=False, allow_blank=True)
    who = serializers.CharField(max_length=300, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    address = serializers.ListField(child=serializers.CharField(max_length=100), max_length=6, required=False)
    postcode = serializers.CharField(max_length=10, required=False, allow_blank=True)
    confidential = serializers.BooleanField(required=False)
    adjustments = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ReportOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class TaskOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    case = serializers.CharField()
    due_at = serializers.DateTimeField()
    late = serializers.BooleanField()
    owner = serializers.CharField(allow_null=True)


class QuestionOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer
    type = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]  # a field of the answer
    options = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class TaskDetail(TaskOut):
    form = serializers.CharField()
    questions = QuestionOut(many=True)


class AnswersIn(Strict):
    """Answers by question key; each a text or a list of texts, spelt as the questions say."""

    answers = serializers.DictField(child=serializers.ListField(child=serializers.CharField(allow_blank=True), max_length=50))


class NoteIn(Strict):
    text = serializers.CharField(max_length=10_000)


class ContactIn(Strict):
    """A contact: `party` is the id of somebody on the case, or `whom` says who it was."""

    text = serializers.CharField(max_length=10_000)
    happened_at = serializers.DateTimeField()
    way = serializers.ChoiceField(choices=[code for code, _ in Note.WAYS])
    outward = serializers.BooleanField(help_text="Whether we began it.")
    party = serializers.IntegerField(required=False)
    whom = serializers.CharField(max_length=200, required=False, allow_blank=True)
    minutes = serializers.IntegerField(required=False, min_value=0, max_value=1_440)


class NoteOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()
    happened_at = serializers.DateTimeField()


class EvidenceIn(Strict):
    """One file. `incident` and `party` are ids of the same case."""

    title = serializers.CharField(max_length=200)
    file = serializers.FileField()
    origin = serializers.CharField(max_length=200, required=False, allow_blank=True)
    incident = serializers.IntegerField(required=False)
    party = serializers.IntegerField(required=False)


class UnplacedIn(Strict):
    """One file that belongs to no case yet."""

    title = serializers.CharField(max_length=200)
    file = serializers.FileField()
    origin = serializers.CharField(max_length=200)


class EvidenceOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField()


class ToolIn(Strict):
    """`party` is the id of the person the tool is for; none for a tool of the whole case. `reason`: why it is right although
    the procedure does not advise it here. `press` is a name of your own for this start: the same one twice starts it once."""

    party = serializers.IntegerField(required=False)
    reason = serializers.CharField(required=False, max_length=1_000)
    press = serializers.UUIDField(required=False)


class ToolOut(serializers.Serializer[Any]):
    """`reason`: the procedure does not advise it for this case, so starting it asks for one."""

    element = serializers.CharField()
    name = serializers.CharField()
    whom = serializers.CharField()
    reason = serializers.BooleanField()


class PersonOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the answer


class CaseOut(serializers.Serializer[Any]):
    reference = serializers.CharField()
    place = serializers.CharField()
    category = serializers.CharField(allow_blank=True)
    severity = serializers.CharField(allow_blank=True)
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    people = PersonOut(many=True)
    tasks = TaskOut(many=True)
    tools = ToolOut(many=True)
