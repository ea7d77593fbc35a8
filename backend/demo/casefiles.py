"""What gathers in the files of the demo's cases: contacts, notes, incidents, pictures. Made through the product's own commands."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from io import BytesIO

from backend.accounts.models import User
from backend.casework import evidence, incidents, notes
from backend.casework.incidents import Happened
from backend.casework.models import Case
from backend.casework.notes import Said
from backend.demo.pictures import photo_of_a_door

#: (way, whether we began it, what was said)
CONTACTS = (
    ("telephone", True, "Rang to ask how the week had been. Two bad nights, both after midnight. Sleeping badly; has told the doctor."),
    ("telephone", False, "Rang to say that it is quieter since our letter, and to thank us."),
    ("visit", True, "Called at the flat. Could hear the music from the landing at 11.20pm. Spoke on the doorstep for ten minutes."),
    ("email", False, "Sent the diary for last month. Eleven entries, all between 10pm and 3am."),
    ("text", True, "Sent a text with the time of Thursday’s visit. They agreed."),
)
NOTES = (
    "The caretaker says that the lobby door has been mended and the lock changed.",
    "Asked the police for what they hold about the address. PC Lowe will answer by Friday.",
    "Prefers to be called after 2pm. Works nights.",
)
INCIDENTS = (
    "Shouting on the stairs and a bottle thrown. Nobody was hurt.",
    "Banging on the walls for an hour.",
    "Words were painted on the door.",
)
PICTURES = ("The front door, the morning after", "The stair on the second floor", "Marks on the door frame")


def fill_file(case: Case, dice: random.Random, *, now: datetime) -> None:
    """Give a case the file that some weeks of work leave behind."""
    by = case.owner
    if by is None or case.closed_at is not None:
        return
    days = max(1.0, (now - case.opened_at) / timedelta(days=1))
    for _ in range(dice.randint(1, 4)):
        _contact(case, dice, by, now - timedelta(days=dice.uniform(0, days)))
    if dice.random() < 0.7:
        notes.add_note(case=case, text=dice.choice(NOTES), by=by, now=now - timedelta(days=dice.uniform(0, days)))
    if case.category and dice.random() < 0.6:
        _incident(case, dice, by, now - timedelta(days=dice.uniform(0, days)))
    for title in dice.sample(PICTURES, dice.randint(0, 2)):
        picture = BytesIO(photo_of_a_door(dice))
        evidence.add_evidence(
            case=case, title=title, filename="photo.jpg", content=picture, by=by, now=now - timedelta(days=dice.uniform(0, days))
        )


def _contact(case: Case, dice: random.Random, by: User, at: datetime) -> None:
    way, outward, text = dice.choice(CONTACTS)
    party = case.parties.filter(role="reporter").first()
    said = Said(
        text=text, happened_at=at, way=way, outward=outward, party=party, whom="the caretaker", minutes=dice.choice((5, 10, 20, None))
    )
    notes.add_contact(case=case, said=said, by=by, now=at)


def _incident(case: Case, dice: random.Random, by: User, at: datetime) -> None:
    happened = Happened(
        what=dice.choice(INCIDENTS), place=case.place, type=case.category, on=at.date(), when="about 11pm", postcode=case.postcode,
        party=case.parties.filter(role="reporter").first(),
    )  # fmt: skip
    incidents.add_incident(case=case, happened=happened, by=by, now=at)


def evidence_to_place(by: User, dice: random.Random, *, now: datetime) -> None:
    """A picture that somebody sent and that belongs to no case yet."""
    picture = BytesIO(photo_of_a_door(dice))
    evidence.take_evidence(
        title="A door, sent without a word",
        filename="IMG_0412.jpg",
        content=picture,
        origin="E-mailed by somebody on the estate",
        by=by,
        now=now,
    )
