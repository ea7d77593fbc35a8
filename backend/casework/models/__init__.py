"""The domain's rows, one file per group. Import from here."""

from backend.casework.models.care import Consent, SafeContact
from backend.casework.models.case import Case, Party, Person
from backend.casework.models.file import Evidence, Record
from backend.casework.models.homes import HomesImport, Property, RefusedLine, Tenancy
from backend.casework.models.note import Earlier, Note
from backend.casework.models.notice import Notice
from backend.casework.models.report import Incident, Report
from backend.casework.models.survey import Survey

__all__ = [
    "Case",
    "Consent",
    "Earlier",
    "Evidence",
    "HomesImport",
    "Incident",
    "Note",
    "Notice",
    "Party",
    "Person",
    "Property",
    "Record",
    "RefusedLine",
    "Report",
    "SafeContact",
    "Survey",
    "Tenancy",
]
