"""Why a notice would be void: for each reason one sentence with its statute. An empty answer is no promise: a lawyer confirms.

Knows a notice, the tenancy that it would end and what the paper says; no case and no letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from backend.rules.dates import in_words
from backend.rules.notices import ABSOLUTE, FIXED, POST, CannotCount, Notice, dates_of

COUNCIL, PROVIDER = "council", "provider"
#: Who is the landlord in law, by what kind of landlord manages the home: an arm's length organisation lets a council's homes.
LANDLORDS: Mapping[str, str] = {"local-authority": COUNCIL, "almo": COUNCIL, "registered-provider": PROVIDER}


@dataclass(frozen=True)
class Tenancy:
    """On what terms a home is held. `reformed`: the Renters' Rights Act 2025 holds for it. Social housing stays under the
    old rules until a day that is not yet fixed (SI 2026/421); a provider's market lets are under the new ones since 1 May 2026.
    `service_clause`: the agreement lets notices be left or posted (Law of Property Act 1925 s.196, or words of its own)."""

    type: str
    landlord: str
    tenants: tuple[str, ...]
    reformed: bool = False
    service_clause: bool = False


@dataclass(frozen=True)
class Paper:
    """What the notice itself says and to whom it goes. `names` are the tenants whom it names, `copies` those who get a copy that
    is addressed to them; `review` the day that it tells for a review; `particulars` how many dated reasons it gives."""

    names: tuple[str, ...]
    copies: tuple[str, ...]
    particulars: int
    review: date | None = None
    #: The form that it is on, empty for none; None where it is not known yet.
    form: str | None = None
    #: The numbers of the grounds that it names, where it names any.
    grounds: tuple[str, ...] = ()
    #: What proves the condition of the absolute ground: the court and its papers.
    proof: bool = True
    #: Section 21: whether the gas record, the energy certificate and the deposit's papers were given. None: not said.
    papers_given: bool | None = None


_OLD, _NEW = "Housing Act 1988", "Housing Act 1988, as amended by the Renters' Rights Act 2025"
_SHORTHOLD = frozenset({"starter", "demoted_shorthold"})
_ASSURED = frozenset({"assured", "market"}) | _SHORTHOLD
_SECURE = frozenset({"secure", "flexible"})
_REFORMED = frozenset({"reformed_ground14", "reformed_two_weeks", "reformed_absolute"})
_OLD_ASSURED = frozenset({"assured_ground14", "assured_two_weeks", "assured_absolute", "section21", "demotion_assured"})
_COUNCIL_ONLY = frozenset({"flexible_end", "flexible_possession", "introductory", "extension", "demoted"})
#: Which tenancies a notice can end, and by which statute.
FITS: Mapping[str, tuple[frozenset[str], str]] = {
    "secure_ground2": (_SECURE, "Housing Act 1985 s.83"), "secure_other": (_SECURE, "Housing Act 1985 s.83"),
    "secure_absolute": (_SECURE, "Housing Act 1985 s.83ZA"), "demotion_secure": (_SECURE, "Housing Act 1985 s.82A"),
    "flexible_end": (frozenset({"flexible"}), "Housing Act 1985 s.107D"),
    "flexible_possession": (frozenset({"flexible"}), "Housing Act 1985 s.107D"),
    "introductory": (frozenset({"introductory"}), "Housing Act 1996 s.128"),
    "extension": (frozenset({"introductory"}), "Housing Act 1996 s.125A"),
    "demoted": (frozenset({"demoted"}), "Housing Act 1996 s.143E"),
    "assured_ground14": (_ASSURED, f"{_OLD} s.8"), "assured_two_weeks": (_ASSURED, f"{_OLD} s.8"),
    "assured_absolute": (_ASSURED, f"{_OLD} s.8"), "section21": (_SHORTHOLD, f"{_OLD} s.21"),
    "demotion_assured": (frozenset({"assured"}), f"{_OLD} s.6A"),
    "reformed_ground14": (_ASSURED, f"{_NEW}, s.8"), "reformed_two_weeks": (_ASSURED, f"{_NEW}, s.8"),
    "reformed_absolute": (_ASSURED, f"{_NEW}, s.8"),
    "quit": (frozenset({"licence", "lease"}), "Protection from Eviction Act 1977 s.5"),
    "own_day": (frozenset({"licence", "lease"}), "the agreement"),
}  # fmt: skip
#: Reviews that a statute gives, by the notice; of the absolute ground to a council's tenants alone (HA 1985 s.85ZA(1)).
REVIEWS: Mapping[str, str] = {
    "secure_absolute": "Housing Act 1985 s.85ZA", "introductory": "Housing Act 1996 s.129", "extension": "Housing Act 1996 s.125B",
    "demoted": "Housing Act 1996 s.143F", "flexible_end": "Housing Act 1985 s.107E",
}  # fmt: skip
#: The grounds for behaviour and for breach that a notice may name: HA 1985 Sch 2; HA 1988 Sch 2.
_OF_1985, _OF_1988 = frozenset({"1", "2", "2A", "2ZA"}), frozenset({"12", "13", "14", "14A", "14ZA", "7A"})
_GROUNDS: Mapping[str, tuple[frozenset[str], str]] = {
    **dict.fromkeys(("secure_ground2", "secure_other"), (_OF_1985, "Housing Act 1985 s.83 and Sch 2")),
    **dict.fromkeys(
        (*sorted(_REFORMED), "assured_ground14", "assured_two_weeks", "assured_absolute"), (_OF_1988, "Housing Act 1988 s.8 and Sch 2")
    ),
}  # fmt: skip
#: Notices without a prescribed reason: nothing happened that they must tell.
_WITHOUT_REASONS = frozenset({"section21", "quit", "own_day", "flexible_possession"})


def void(notice: Notice, tenancy: Tenancy, paper: Paper) -> tuple[str, ...]:
    """A sentence for every reason why this notice would be void."""
    return (
        *_wrong_tenancy(notice, tenancy), *_wrong_form(notice, tenancy, paper), *_wrong_people(tenancy, paper),
        *_wrong_way(notice, tenancy), *_wrong_words(notice, paper), *_wrong_days(notice, tenancy, paper),
    )  # fmt: skip


def reformed(tenancy: Tenancy) -> bool:
    """Whether the Renters' Rights Act 2025 holds for it: SI 2026/421 began with lets that are not social housing."""
    return tenancy.reformed or tenancy.type == "market"


def form_for(notice: Notice) -> str:
    """The prescribed form that this notice must be on; empty where none is prescribed."""
    if notice.kind in ("secure_ground2", "secure_other"):
        return "Part II of the Schedule to SI 1987/755" if notice.period == FIXED else "Part I of the Schedule to SI 1987/755"
    if notice.kind == "demotion_secure":
        return "Part III of the Schedule to SI 1987/755"
    if notice.kind == "section21":
        return "Form 6A"
    if notice.kind in ("assured_ground14", "assured_two_weeks", "assured_absolute"):
        return "Form 3"
    return "Form 3A" if notice.kind in _REFORMED else ""


def _wrong_tenancy(notice: Notice, tenancy: Tenancy) -> Iterator[str]:
    types, law = FITS[notice.kind]
    if tenancy.type not in types:
        yield f"This notice cannot end a tenancy of this kind ({law}). Look at the tenancy again, or choose another notice."
        return
    provider = tenancy.landlord == PROVIDER
    if notice.kind in _COUNCIL_ONLY and provider:
        yield f"Only a council's tenancy can be ended by this notice ({law})."
    if notice.kind in _OLD_ASSURED | _REFORMED and not provider:
        yield f"A council's tenancy is not an assured one: this notice is for housing associations ({law})."
    if notice.kind in _OLD_ASSURED and reformed(tenancy):
        yield "The Renters' Rights Act 2025 holds for this tenancy: Form 3A, no section 21 and no demotion (SI 2026/421)."
    if notice.kind in _REFORMED and not reformed(tenancy):
        yield "The Renters' Rights Act 2025 does not hold for this social housing tenancy yet: Form 3 is used (SI 2026/421)."


def _wrong_form(notice: Notice, tenancy: Tenancy, paper: Paper) -> Iterator[str]:
    right = form_for(notice)
    if paper.form is not None and paper.form != right:
        yield f"This notice must be on {right or 'no prescribed form'}, not on {paper.form or 'a letter of our own'}."
    yield from _wrong_grounds(notice, paper)


def _wrong_grounds(notice: Notice, paper: Paper) -> Iterator[str]:
    if notice.kind not in _GROUNDS:
        return
    known, law = _GROUNDS[notice.kind]
    if not paper.grounds:
        yield f"The notice must set out each ground that it relies on ({law})."
    for number in paper.grounds:
        if number not in known:
            yield f"Ground {number} is not a ground for behaviour under this Act ({law}). It may be one for another kind of tenancy."


def _wrong_people(tenancy: Tenancy, paper: Paper) -> Iterator[str]:
    if not tenancy.tenants:
        yield "Say who holds the tenancy: the notice must name every tenant."
    for name in _lacking(tenancy.tenants, paper.names):
        yield f"{name} holds the tenancy too and is not named: a notice must name every joint tenant (Housing Act 1985 s.83; 1988 s.8)."
    for name in _lacking(tenancy.tenants, paper.copies):
        yield f"{name} holds the tenancy too and gets no copy: each joint tenant is served with their own."
    for name in _lacking(paper.names, tenancy.tenants):
        yield f"The notice names {name}, who does not hold this tenancy."


def _lacking(whole: Iterable[str], part: Iterable[str]) -> list[str]:
    known = {_plain(name) for name in part}
    return [name for name in whole if _plain(name) not in known]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _wrong_way(notice: Notice, tenancy: Tenancy) -> Iterator[str]:
    if notice.how not in POST:
        yield "A notice is never served by e-mail or text message (Local Government Act 1972 s.233; Law of Property Act 1925 s.196)."
    elif notice.how != "hand" and tenancy.landlord == PROVIDER and not tenancy.service_clause:
        yield (
            "The agreement does not say that notices may be left or posted, so it must be handed to each tenant "
            "(Law of Property Act 1925 s.196)."
        )
    elif notice.how != "hand" and notice.kind in ("quit", "own_day") and not tenancy.service_clause:
        yield (
            "A notice to quit is not left or posted unless the agreement says so: Local Government Act 1972 s.233 does not reach it "
            "(Enfield v Devonish (1997) 29 HLR 691)."
        )


def _wrong_words(notice: Notice, paper: Paper) -> Iterator[str]:
    if notice.kind not in _WITHOUT_REASONS and paper.particulars < 1:
        yield f"The notice must say why, with at least one dated particular ({FITS[notice.kind][1]})."
    if notice.kind in ABSOLUTE and not paper.proof:
        yield f"The notice must name the conviction, finding or closure order that it relies on, and the court ({FITS[notice.kind][1]})."
    if notice.kind == "section21" and paper.papers_given is None:
        yield "Say whether the gas record, the energy certificate and the deposit's papers were given (Housing Act 1988 s.21A)."
    elif notice.kind == "section21" and not paper.papers_given:
        yield "The gas record, energy certificate and deposit's papers come before this notice (Housing Act 1988 s.21A; 2004 s.215)."


def _wrong_days(notice: Notice, tenancy: Tenancy, paper: Paper) -> Iterator[str]:
    if notice.how not in POST:
        return
    try:
        dates = dates_of(notice)
    except CannotCount as wrong:
        yield wrong.sentence
        return
    law, first = FITS[notice.kind][1], in_words(dates.named)
    if notice.names is not None and notice.names < dates.named:
        yield f"The notice names {in_words(notice.names)}, which is too early: {first} is the first day that it may name ({law})."
    review = REVIEWS.get(notice.kind)
    if review is None or dates.review is None or tenancy.landlord != COUNCIL:
        return
    if paper.review is None:
        yield f"The notice must tell of the right to a review, with {in_words(dates.review)} as the last day to ask ({review})."
    elif paper.review != dates.review:
        yield f"The notice gives {in_words(paper.review)} for a review, but the last day is {in_words(dates.review)} ({review})."


def assured_kind(grounds: Iterable[str], *, reformed: bool = False, at_once: bool = False) -> str:
    """The kind of notice that these grounds of Schedule 2 to the Housing Act 1988 make together. Ground 7A rules all others
    (s.8(3A)). Ground 14 may begin at once, also with others (s.8(4)): with others we keep two weeks unless somebody decides `at_once`."""
    chosen, era = frozenset(grounds), "reformed" if reformed else "assured"
    if "7A" in chosen:
        return f"{era}_absolute"
    if "14" in chosen and (at_once or chosen == {"14"}):
        return f"{era}_ground14"
    return f"{era}_two_weeks"
