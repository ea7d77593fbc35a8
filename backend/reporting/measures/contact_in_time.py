"""First contact within the promise (practice N1-96): met or missed by the task that bears the promise."""

from django.db.models import F, QuerySet

from backend.accounts.models import Landlord
from backend.casework.models import Case
from backend.reporting.registry import Period, Reading, measure
from backend.workflow.models import Task

PROMISE = "first-contact"


@measure("contact-in-time", "First contact in time", "Of the cases whose first contact fell due in the month, those contacted by then.")
def contact_in_time(landlord: Landlord, period: Period) -> Reading:
    due = Task.objects.filter(promise=PROMISE, due_at__gte=period.start, due_at__lt=period.end).exclude(status=Task.CANCELLED)
    return Reading(_with(landlord, due.filter(status=Task.DONE, closed_at__lte=F("due_at"))), _with(landlord, due))


def _with(landlord: Landlord, tasks: QuerySet[Task]) -> QuerySet[Case]:
    return Case.objects.filter(landlord=landlord, instance__in=tasks.values("instance"))
