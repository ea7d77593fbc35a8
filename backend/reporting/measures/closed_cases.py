"""Cases closed in a month (practice N1-90)."""

from backend.accounts.models import Landlord
from backend.casework.models import Case
from backend.reporting.registry import Period, Reading, measure


@measure("closed-cases", "Cases closed", "Cases whose closing step was done in the month, anti-social behaviour or not.")
def closed_cases(landlord: Landlord, period: Period) -> Reading:
    return Reading(Case.objects.filter(landlord=landlord, closed_at__gte=period.start, closed_at__lt=period.end))
