"""New cases in a month (practice N1-89)."""

from backend.accounts.models import Landlord
from backend.casework.models import Case
from backend.reporting.registry import Period, Reading, measure


@measure("new-cases", "New cases", "Cases opened in the month, whatever became of them.")
def new_cases(landlord: Landlord, period: Period) -> Reading:
    return Reading(Case.objects.filter(landlord=landlord, opened_at__gte=period.start, opened_at__lt=period.end))
