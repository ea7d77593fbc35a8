"""Notices about a home: their dates with the working, one copy for each tenant, and the reasons why one would be void.

A kind of letter that is a notice says so in its contract (`notice`), and its `fixed` needs are worked out here: nobody types them.
`rules` counts the days and knows the statutes; this module tells it what the case knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

import letters
from backend.casework.models import Party, Person, Record
from backend.casework.safety import post_refused
from backend.casework.worked_out import keep
from backend.correspondence.models import Letter
from backend.correspondence.notices import extensions
from backend.correspondence.notices.tenancies import Held, Holder, Said, held, listed
from backend.correspondence.words import Writing, answers, kind_of
from backend.errors import Refused
from backend.rules.dates import in_words
from backend.rules.notices import ABSOLUTE, KINDS, POST, CannotCount, Dates, Notice, Row, dates_of, service_rows, workings
from backend.rules.notices_counting import CONDITIONS
from backend.rules.notices_void import COUNCIL, REVIEWS, Paper, Tenancy, assured_kind, void
from backend.rules.working_time import LONDON
from backend.workflow.values import unpack

#: What a notice is told that nobody types: the need in its contract, and the date of `Dates` that meets it.
DATES: Mapping[str, str] = {
    "notice_day": "named", "notice_claim_from": "claim_from", "notice_until": "until", "notice_review_by": "review",
    "notice_answer_by": "decide",
}  # fmt: skip
WORKED_OUT = frozenset({*DATES, "notice_given", "tenants", "home", "condition", "ground_on", "notice_review_law", "term_ends"})
#: Before a notice of section 21: HA 1988 s.21A, HA 2004 s.215. The keys of the answers that say so.
_PAPERS = ("gas", "deposit")
#: When a notice that was made for a day now past was to be given.
MORNING = time(9)


@dataclass(frozen=True)
class Prepared:
    """A notice that may be served: its dates, their working, what the letter is told, and who gets a copy."""

    notice: Notice
    tenancy: Tenancy
    dates: Dates
    rows: tuple[Row, ...]
    needs: Mapping[str, str | None]
    holders: tuple[Holder, ...]


def prepare(kind: letters.Kind, writing: Writing, typed: Mapping[str, Any]) -> Prepared:
    """Work a notice out from the case and from what was typed for it. Raises `Refused` with every reason why it would be void."""
    said = _said(writing, typed)
    home = _held(said, writing)
    notice = _planned(kind, said, home, writing.now)
    paper = _paper(kind, said, home, notice)
    if reasons := void(notice, home.terms, paper):
        raise Refused(f"“{kind.title}” to {writing.to} would be void. {' '.join(reasons)}")
    dates = dates_of(notice)
    return Prepared(notice, home.terms, dates, workings(notice), _needs(notice, home, dates), home.holders)


def filled(kind: letters.Kind, writing: Writing, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a letter, with what a notice is told that nobody types. A kind that is no notice is left as it is."""
    if not kind.notice:
        said = Said({**answers(writing.case, writing.party), **data})
        extension = extensions.planned(kind, said, writing.now)
        return {**data, **(extensions.dates(extension, said) if extension else {})}
    worked_out, known = prepare(kind, writing, data).needs, {need.name for need in kind.needs}
    merged = {**data, **{name: value for name, value in worked_out.items() if name in known}}
    return {name: value for name, value in merged.items() if value is not None}


def copies(kind: letters.Kind, writing: Writing, data: Mapping[str, Any]) -> list[Writing]:
    """A writing for each further tenant: every joint tenant is served with a copy that is addressed to them."""
    if not kind.notice:
        return []
    own = writing.party.person if writing.party else None
    return [_to(writing, each) for each in prepare(kind, writing, data).holders if not _is(each, own)]


def _to(writing: Writing, holder: Holder) -> Writing:
    known = holder.person
    party = writing.case.parties.filter(role=Party.RESPONDENT, person=known).first() if known else None
    if party is not None:
        return replace(writing, party=party)
    recipient = {"name": holder.name, "address": list(holder.address)}
    return replace(writing, party=None, recipient=recipient, addressee=holder.name, person=known)


def _is(holder: Holder, person: Person | None) -> bool:
    if person is None:
        return False
    return holder.name.casefold() == person.name.casefold() or (holder.person is not None and holder.person.pk == person.pk)


def keep_working(kind: letters.Kind, writing: Writing, data: Mapping[str, Any]) -> Record | None:
    """Write the working of a notice in the case file: what was counted, how, and by which section."""
    rows, law = _working(kind, writing, data)
    if not rows:
        return None
    return keep(writing.case, writing.party, title=f"Dates of “{kind.title}”", rows=rows, law=law, by=writing.by, now=writing.now)


def working(letter: Letter, *, now: datetime) -> Sequence[Row]:
    """The working of a notice, to be read before it is served; nothing for any other letter. Raises `Refused` where it would be void
    by now: the day for which it was made has passed, and its printed dates are too early for today."""
    kind, said = kind_of(letter.case, letter.kind), Said(letter.data)
    made_for = said.day("notice_given") or said.day("letter_date")
    if not _working(kind, _writing(letter, now), letter.data)[0]:
        return ()
    if made_for is not None and made_for < now.astimezone(LONDON).date():
        served(letter, given=now, how="hand")
        now = datetime.combine(made_for, MORNING, tzinfo=LONDON)
    return _working(kind, _writing(letter, now), letter.data)[0]


def _working(kind: letters.Kind, writing: Writing, data: Mapping[str, Any]) -> tuple[tuple[Row, ...], str]:
    """The rows, and the statute that they stand in."""
    if kind.notice:
        found = prepare(kind, writing, data)
        return found.rows, found.dates.law
    extension = extensions.planned(kind, Said({**answers(writing.case, writing.party), **data}), writing.now)
    return (workings(extension), KINDS[extension.kind].law) if extension else ((), "")


def served(letter: Letter, *, given: datetime, how: str) -> Row:
    """When a letter that is given then counts as served, with how it was counted. Raises `Refused` where a notice may not be given
    so, or where the dates that it prints would now be too early: then it must be made anew."""
    notice, reasons = _as_given(letter, given, how)
    if reasons:
        raise Refused(f"“{letter.title}” cannot be served like this. {' '.join(reasons)} Make the notice anew.")
    try:
        return service_rows(notice)[-1]
    except CannotCount as unknown:
        raise Refused(unknown.sentence) from None


def _as_given(letter: Letter, given: datetime, how: str) -> tuple[Notice, Sequence[str]]:
    """What was given, as the law counts it, and why it may not be given so."""
    kind, writing, local = kind_of(letter.case, letter.kind), _writing(letter, given), given.astimezone(LONDON)
    now: dict[str, Any] = {"given": local.date(), "at": local.time(), "how": how, "also": ""}
    if kind.notice:
        said = _said(writing, letter.data)
        home = _held(said, writing)
        notice = replace(_planned(kind, said, home, given), **now, names=said.day("notice_day"))
        return notice, [
            *void(notice, home.terms, _paper(kind, said, home, notice)),
            *_review_too_early(notice, said.day("notice_review_by")),
        ]
    said = Said({**answers(letter.case, letter.party), **letter.data})
    if extension := extensions.planned(kind, said, given):
        notice = replace(extension, **now)
        return notice, [*_out_of_time(notice), *_review_too_early(notice, said.day("extension_review_by"))]
    return Notice("", local.date(), how, at=local.time()), ()


def _out_of_time(notice: Notice) -> Iterable[str]:
    try:
        dates_of(notice)
    except CannotCount as wrong:
        yield wrong.sentence


def _review_too_early(notice: Notice, printed: date | None) -> Iterable[str]:
    """The day printed for a review gives the tenant fewer days than they have from the day of service."""
    last = _review(notice)
    if printed is not None and last is not None and printed < last:
        law = REVIEWS.get(notice.kind, "the landlord’s policy")
        yield f"The notice gives {in_words(printed)} for a review, which is now too early: {in_words(last)} is the last day ({law})."


def _review(notice: Notice) -> date | None:
    """The last day to ask for a review; None where there is none, or the dates do not exist: `void` says why."""
    try:
        return dates_of(notice).review
    except CannotCount:
        return None


def _writing(letter: Letter, now: datetime) -> Writing:
    return Writing(letter.case, letter.party, None, unpack(letter.case.instance.facts), now, addressee=letter.addressee)


def _said(writing: Writing, typed: Mapping[str, Any]) -> Said:
    """What is known of the tenancy: answers about whoever shares it, those about this person last, and what was typed for it."""
    found = Said(answers(writing.case, None))
    for party in _parties(writing):
        found.update(answers(writing.case, party))
    return Said({**found, **typed})


def _parties(writing: Writing) -> list[Party]:
    """The people complained about in the case who hold this home, the one whom the letter is for last. Raises `Refused`."""
    own, today = writing.party, writing.now.astimezone(LONDON).date()
    known = writing.case.parties.select_related("person").filter(role=Party.RESPONDENT, person__isnull=False)
    others = [party for party in known if party != own]
    sharing = [party for party in others if party.person and _shares(party.person, writing, today)]
    if own is not None and own.person is not None:
        return [*sharing, own]
    if sharing or len(others) == 1:
        return sharing or others
    raise Refused("We do not know whose home this notice is about. Say who the tenant is on the case’s People page.")


def _shares(person: Person, writing: Writing, today: date) -> bool:
    tenancy = listed(person, today)
    names = {each.name.casefold() for each in tenancy.people.all()} if tenancy else set()
    return writing.to.casefold() in names


def _held(said: Said, writing: Writing) -> Held:
    person, today = _parties(writing)[-1].person, writing.now.astimezone(LONDON).date()
    assert person is not None  # by the filter
    return held(person, said, writing.case.instance.version.contents.known(writing.facts, today), today)


def _planned(kind: letters.Kind, said: Said, home: Held, now: datetime) -> Notice:
    """The notice as it will be given: on the day that was said, or today; by hand, with a first class copy where the post may serve it,
    and the later of the two days counts."""
    local, how = now.astimezone(LONDON), said.words("notice_how")
    given, how = max(said.day("notice_given") or local.date(), local.date()), how if how in POST else "hand"
    by_hand = POST[how] == 0
    at = local.time() if by_hand and given == local.date() else None
    return Notice(
        _which(kind, said), given, how, said.words("rent_period"), said.day("period_begins"), said.words("ground_condition"),
        said.day("ground_on"), home.started, bool(said.yes("trial_extended")), at=at,
        also="first_class" if by_hand and _may_post(home) else "", term_ends=home.ends,
    )  # fmt: skip


def _may_post(home: Held) -> bool:
    unsafe = any(holder.person is not None and post_refused(holder.person) for holder in home.holders)
    return not unsafe and (home.terms.landlord == COUNCIL or home.terms.service_clause)


def _which(kind: letters.Kind, said: Said) -> str:
    """Which notice of the law this letter is: by the grounds, where it can be several."""
    if len(kind.notice) == 1:
        return kind.notice[0]
    grounds = _grounds(said)
    if "secure_ground2" in kind.notice:
        return "secure_ground2" if "2" in grounds else "secure_other"
    return assured_kind(grounds, reformed=kind.notice[0].startswith("reformed"), at_once=bool(said.yes("at_once")))


def _grounds(said: Said) -> tuple[str, ...]:
    rows = said.get("grounds")
    numbers = [str(row.get("number", "")) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return tuple(number.casefold().removeprefix("ground").strip().upper() for number in numbers)


def _paper(kind: letters.Kind, said: Said, home: Held, notice: Notice) -> Paper:
    """What the letter will say, as the law looks at it: it names every tenant, and each gets a copy."""
    reasons, papers = said.get("notice_reasons"), [said.yes(key) for key in _PAPERS]
    return Paper(
        names=home.terms.tenants, copies=home.terms.tenants, particulars=len(reasons) if isinstance(reasons, list) else 0,
        review=_review(notice) if any(need.name == "notice_review_by" for need in kind.needs) else None,
        form=kind.prescribed.form if kind.prescribed else "", grounds=_grounds(said),
        proof=notice.kind not in ABSOLUTE or bool(said.words("proof")), papers_given=None if None in papers else all(papers),
    )  # fmt: skip


def _needs(notice: Notice, home: Held, dates: Dates) -> dict[str, str | None]:
    absolute = notice.kind in ABSOLUTE
    found = {need: getattr(dates, name) for need, name in DATES.items()}
    found |= {"notice_given": notice.given, "ground_on": notice.ground_on if absolute else None, "term_ends": home.ends}
    review = f"{REVIEWS.get(notice.kind)} gives you this right."
    by_law = home.terms.landlord == COUNCIL and notice.kind in REVIEWS
    return {
        **{need: day.isoformat() if day else None for need, day in found.items()},
        "tenants": _joined(home.terms.tenants), "home": home.home,
        "condition": CONDITIONS.get(notice.ground) if absolute else None,
        "notice_review_law": review if by_law else "Our own policy gives you this; no Act of Parliament does.",
    }  # fmt: skip


def _joined(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
