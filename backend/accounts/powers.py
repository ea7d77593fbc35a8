"""What a role may do: the product's own words. Which role has which power is the landlord's, in the pack."""

from __future__ import annotations

from collections.abc import Mapping

TAKE_REPORTS = "take_reports"
TRIAGE = "triage"
WORK = "work"
ALL_CASES = "all_cases"
MANAGE = "manage"
DRAW = "draw"
ADMINISTER = "administer"
ORIGINALS = "originals"
POST = "post"

POWERS: Mapping[str, str] = {
    TAKE_REPORTS: "Take reports",
    TRIAGE: "Open cases from reports and attach reports to cases",
    WORK: "Work on cases",
    ALL_CASES: "See every case of the landlord",
    MANAGE: "See what is overdue, hand work over, deal with faults",
    DRAW: "Redraw and publish the procedure",
    ADMINISTER: "Make, move and disable users, teams and patches",
    ORIGINALS: "Open the original of a piece of evidence, with what it tells about its maker",
    POST: "Print and post the letters of every case, many at once",
}
