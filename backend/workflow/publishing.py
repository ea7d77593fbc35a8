"""Publishing: a pack's files become an immutable version, if the checker finds no error in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from django.db import transaction

from backend.accounts.models import Landlord, Role, User
from backend.audit.models import record
from backend.errors import DomainError
from backend.workflow import check
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.models import Pack, PackFiles, Version, contents_of
from backend.workflow.packs import content_hash


@transaction.atomic
def publish(*, landlord: Landlord, files: Mapping[str, str], note: str, by: User | None, now: datetime) -> Version:
    """Publish `files` as the landlord's next version. Open cases keep theirs. Raises `PackRefused`."""
    if refusals := check.errors(findings_in(files)):
        raise PackRefused(refusals)
    Landlord.objects.select_for_update().get(pk=landlord.pk)
    kept, _ = PackFiles.objects.get_or_create(digest=content_hash(files), defaults={"files": dict(files)})
    contents = contents_of(kept.digest)
    pack, _ = Pack.objects.update_or_create(landlord=landlord, defaults={"title": contents.title})
    last = pack.live
    version = Version.objects.create(
        pack=pack, number=(last.number if last else 0) + 1, content=kept,
        note=note, published_at=now, published_by=by,
    )  # fmt: skip
    for role in contents.roles.values():
        Role.objects.update_or_create(landlord=landlord, code=role.code, defaults={"name": role.name, "powers": list(role.powers)})
    record("publish", f"Published version {version.number} of the procedure", landlord=landlord, by=by, at=now, note=note)
    return version


def findings_in(files: Mapping[str, str]) -> list[Finding]:
    """What the checker says of a pack. The same files are checked once per process: each look at a draft asks again."""
    return list(_findings(tuple(sorted(files.items()))))


@lru_cache(maxsize=4)
def _findings(files: tuple[tuple[str, str], ...]) -> list[Finding]:
    return check.findings(dict(files))


def live_version(landlord: Landlord) -> Version:
    """The version that the landlord's next case will follow."""
    pack = Pack.objects.filter(landlord=landlord).first()
    live = pack.live if pack is not None else None
    if live is None:
        raise DomainError("No procedure has been published yet. Ask your process owner to publish one.")
    return live
