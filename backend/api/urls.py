"""The API's addresses, and its OpenAPI document."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from backend.api import anytime, happenings, views

urlpatterns = [
    path("schema", SpectacularJSONAPIView.as_view(), name="api-schema"),
    path("reports", views.Reports.as_view(), name="api-reports"),
    path("tasks", views.Tasks.as_view(), name="api-tasks"),
    path("tasks/<int:task_id>", views.OneTask.as_view(), name="api-task"),
    path("tasks/<int:task_id>/complete", views.CompleteTask.as_view(), name="api-task-complete"),
    path("cases/<slug:reference>", views.OneCase.as_view(), name="api-case"),
    path("cases/<slug:reference>/happenings", happenings.Happenings.as_view(), name="api-happenings"),
    path("cases/<slug:reference>/notes", anytime.Notes.as_view(), name="api-notes"),
    path("cases/<slug:reference>/contacts", anytime.Contacts.as_view(), name="api-contacts"),
    path("cases/<slug:reference>/evidence", anytime.CaseEvidence.as_view(), name="api-case-evidence"),
    path("cases/<slug:reference>/tools/<str:element>", anytime.Tools.as_view(), name="api-tool"),
    path("evidence", anytime.UnplacedEvidence.as_view(), name="api-evidence"),
]
