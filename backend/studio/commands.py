"""What a process owner does: open a draft, save diagrams and forms into it, check it, publish it, throw it away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from backend.accounts import powers
from backend.accounts.models import User
from backend.audit.models import record
from backend.correspondence.wording import editing, standing, tongues
from backend.correspondence.wording.own import is_worded
from backend.errors import DomainError, InvalidAnswers, NotAllowed, NotFound
from backend.studio.edit import edit_step
from backend.studio.models import Draft
from backend.workflow import bpmn
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.forms import read_form
from backend.workflow.models import Version
from backend.workflow.overlay import ABOUT, STANDING
from backend.workflow.packs import LETTERS, Pack, letter_texts, read_pack, with_settings
from backend.workflow.publishing import findings_in, live_version, publish

WORDS_MEANWHILE = "Somebody saved the draft meanwhile. What you typed is still here: see whether they changed these words, then keep yours."
#: A letter's code, and those that are other pages of the desk.
PLAIN_CODE, RESERVED_CODES = re.compile(r"[a-z][a-z0-9-]{1,59}"), ("new", "standing")


class ChangedMeanwhile(DomainError):
    """Somebody else saved meanwhile. Your drawing is still here: keep a copy, load the page again and compare."""


def _owner(by: User) -> None:
    if not by.can(powers.DRAW):
        raise NotAllowed


def draft_of(user: User) -> Draft | None:
    """The draft of this person's landlord, if there is one."""
    _owner(user)
    return Draft.objects.select_related("pack__landlord", "changed_by").filter(pack__landlord=user.landlord_id).first()


@transaction.atomic
def open_draft(*, by: User, now: datetime) -> Draft:
    """A draft that begins as the live version; the one that is there, if there is one."""
    _owner(by)
    live = live_version(by.landlord)
    draft, made = Draft.objects.get_or_create(
        pack=live.pack, defaults={"files": dict(live.files), "based_on": live.number, "changed_at": now, "changed_by": by}
    )
    if made:
        record("open_draft", f"Opened a draft from version {live.number}", landlord=by.landlord, by=by, at=now)
    return draft


def _held(by: User) -> Draft:
    _owner(by)
    draft = Draft.objects.select_for_update(of=("self",)).select_related("pack__landlord").filter(pack__landlord=by.landlord_id).first()
    if draft is None:
        raise NotFound("There is no draft. Open one first.")
    return draft


@dataclass(frozen=True)
class Saved:
    """After a save: the draft's revision, and what the checker says of the draft now."""

    revision: int
    findings: list[Finding]


@transaction.atomic
def save_diagram(*, file: str, xml: str, revision: int, by: User, now: datetime) -> Saved:
    """Save one diagram. Refuses a file that is not a diagram Caseway runs; anything else is kept, with findings."""
    draft = _held(by)
    if file not in draft.files or not file.endswith(".bpmn"):
        raise NotFound("There is no such diagram in the draft.")
    if revision != draft.revision:
        raise ChangedMeanwhile
    before, after = bpmn.read(file, draft.files[file]), bpmn.read(file, xml)
    if after.process != before.process:
        raise DomainError("The diagram’s own id was changed, so other diagrams could not find it. Reload and draw again.")
    return _keep(draft, file, xml, by, now)


def _keep(draft: Draft, file: str, text: str, by: User, now: datetime) -> Saved:
    return _keep_all(draft, {file: text}, by, now, said=file)


def _keep_all(draft: Draft, texts: Mapping[str, str | None], by: User, now: datetime, *, said: str) -> Saved:
    """Keep these files, and take away those without a text."""
    draft.files = {path: text for path, text in {**draft.files, **texts}.items() if text is not None}
    draft.revision, draft.changed_at, draft.changed_by = draft.revision + 1, now, by
    draft.save()
    record("save_draft", f"Saved {said} in the draft", landlord=by.landlord, by=by, at=now, file=said)
    return Saved(draft.revision, findings_in(draft.files))


@transaction.atomic
def save_step(*, file: str, element: str, said: Mapping[str, str], by: User, now: datetime) -> Saved:
    """Change what one step says, without drawing: its name, form, promise, operation and so on."""
    draft = _held(by)
    if file not in draft.files:
        raise NotFound("There is no such diagram in the draft.")
    changed = edit_step(file, draft.files[file], element, said)
    bpmn.read(file, changed)
    return _keep(draft, file, changed, by, now)


@transaction.atomic
def save_wording(*, key: str, words: Mapping[str, str], by: User, now: datetime) -> Saved:
    """Change the wording of a form: title, intro, and each question's label and hint. Keys and facts stay."""
    draft = _held(by)
    file = f"forms/{key}.json"
    if file not in draft.files:
        raise NotFound("There is no such form in the draft.")
    text = reworded(draft.files[file], words)
    read_form(key, text)
    return _keep(draft, file, text, by, now)


@transaction.atomic
def save_settings(*, said: Mapping[str, str], by: User, now: datetime) -> Saved:
    """Decide the settings anew, as they were typed. Raises `InvalidAnswers`, by the setting's code."""
    draft = _held(by)
    values, problems = {}, {}
    for code, setting in read_pack(draft.files).settings.items():
        try:
            values[code] = setting.typed(said.get(code, ""))
        except DomainError as problem:
            problems[code] = problem.sentence
    if problems:
        raise InvalidAnswers(problems)
    return _keep(draft, ABOUT, with_settings(draft.files, values)[ABOUT], by, now)


@transaction.atomic
def save_letter(*, code: str, said: Mapping[str, str], revision: int, by: User, now: datetime, new: bool = False) -> Saved:
    """Keep the landlord's wording of a letter, or a `new` letter of its own. Raises `InvalidAnswers` with the lines at fault."""
    draft = _held(by)
    if revision != draft.revision:
        raise ChangedMeanwhile(WORDS_MEANWHILE)
    if not PLAIN_CODE.fullmatch(code) or code in RESERVED_CODES:
        raise InvalidAnswers({"code": "Use small letters, digits and hyphens, like play-area"})
    if new and code in {one.code for one in editing.listed(letter_texts(draft.files))}:
        raise InvalidAnswers({"code": "A letter has this name already. Choose another"})
    own = letter_texts(draft.files).get(code, {})
    texts = editing.texts_of(code, said, own)
    editing.check(code, texts, pack_of(draft.files))
    return _keep_all(draft, {f"{LETTERS}{code}/{name}": text for name, text in texts.items()}, by, now, said=f"{LETTERS}{code}")


@transaction.atomic
def drop_letter(*, code: str, by: User, now: datetime) -> Saved:
    """Take the landlord's wording away, and its translations: a shipped letter has the product's again, one of its own is gone."""
    draft = _held(by)
    own = letter_texts(draft.files).get(code)
    if own is None or not is_worded(own):
        raise NotFound("This letter has no wording of yours.")
    return _keep_all(draft, {f"{LETTERS}{code}/{name}": None for name in own}, by, now, said=f"{LETTERS}{code}")


@transaction.atomic
def save_tongue(*, code: str, language: str, text: str, revision: int, by: User, now: datetime) -> Saved:
    """Keep the text of a letter in another language; an empty one takes it away. Raises `InvalidAnswers` with the lines at fault."""
    draft = _held(by)
    if revision != draft.revision:
        raise ChangedMeanwhile(WORDS_MEANWHILE)
    text = text.replace("\r\n", "\n").rstrip()
    texts = letter_texts(draft.files)
    tongues.tongue(code, language, texts)
    if text:
        tongues.checked(code, language, text, texts.get(code, {}), pack_of(draft.files))
    path = f"{LETTERS}{code}/{language}.md"
    return _keep_all(draft, {path: f"{text}\n" if text else None}, by, now, said=path)


@transaction.atomic
def save_standing(*, said: Mapping[str, str], revision: int, by: User, now: datetime) -> Saved:
    """Keep the standing words of letters. Raises `InvalidAnswers`, by their key."""
    draft = _held(by)
    if revision != draft.revision:
        raise ChangedMeanwhile(WORDS_MEANWHILE)
    return _keep(draft, STANDING, standing.written_as(said, draft.files), by, now)


def pack_of(files: Mapping[str, str]) -> Pack | None:
    """The draft's pack, where it can be read: something else in it may be wrong, which the checker says."""
    try:
        return read_pack(files)
    except PackRefused:
        return None


def reworded(source: str, words: Mapping[str, str]) -> str:
    """The form with new words: `title`, `intro`, `say`, `label-KEY`, `hint-KEY`, `option-KEY-VALUE`."""
    form = json.loads(source)
    for part in ("title", "intro", "say"):
        if part in words:
            form[part] = words[part].strip()
    if not form["title"]:
        raise DomainError("Give the form a title.")
    for question in form["questions"]:
        key = question["key"]
        question["label"] = words.get(f"label-{key}", question["label"]).strip()
        if not question["label"]:
            raise DomainError("Every question needs its words.")
        question["hint"] = words.get(f"hint-{key}", question.get("hint", "")).strip()
        for option in question.get("options", []):
            option["label"] = words.get(f"option-{key}-{option['value']}", option["label"]).strip() or option["label"]
    return json.dumps(form, indent=2, ensure_ascii=False) + "\n"


@transaction.atomic
def publish_draft(*, note: str, by: User, now: datetime) -> Version:
    """Publish the draft. The next case follows it; open cases keep theirs. Raises `PackRefused`."""
    draft = _held(by)
    if not note.strip():
        raise DomainError("Say in a few words what you have changed.")
    live = draft.pack.live
    if live is not None and live.number != draft.based_on:
        raise DomainError(f"Version {live.number} was published meanwhile. Throw this draft away and start from that one.")
    if live is not None and dict(live.files) == draft.files:
        raise DomainError("Nothing has changed since the last version.")
    version = publish(landlord=by.landlord, files=draft.files, note=note.strip()[:300], by=by, now=now)
    draft.delete()
    return version


@transaction.atomic
def discard_draft(*, by: User, now: datetime) -> None:
    """Throw the draft away."""
    draft = _held(by)
    draft.delete()
    record("discard_draft", "Threw the draft away", landlord=by.landlord, by=by, at=now)
