"""First contact within the promise (practice N1-96): met or missed by the task that bears the promise."""

from django.db.models import F, Q

from backend.accounts.models import Landlord
from backend.reporting.registry import Period, Reading, measure
from backend.workflow.models import Task

PROMISE = "first-contact"


@measure("contact-in-time", "First contact in time", "Of the cases whose first contact fell due in the month, those contacted by then.")
def contact_in_time(landlord: Landlord, period: Period) -> Reading:
    due = Task.objects.filter(landlord=landlord, promise=PROMISE, due_at__gte=period.start, due_at__lt=period.end)
    in_time = Q(status=Task.DONE, closed_at__lte=F("due_at"))
    return Reading(due.exclude(status=Task.CANCELLED), key="instance", met=in_time)
