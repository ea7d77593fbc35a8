"""Whether this release can run every version that open cases follow. Asked once, before web and workers start.

The work depends on the number of distinct versions and of formats of their saved states, never on the number of cases.
Knows nothing of how a site starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import cast

from django.db.models import Min, QuerySet
from django.db.models.fields.json import KeyTextTransform

from backend.workflow import check
from backend.workflow.engine import Host, Run
from backend.workflow.findings import Finding, PackRefused
from backend.workflow.meaning import check_expressions
from backend.workflow.models import Instance, contents_of
from backend.workflow.packs import Pack

#: What a version must find in a release to run. The other checks are about drawing well, and may grow stricter.
ASKED = (check.check_operations, check.check_names, check_expressions)


def refusals() -> Iterator[str]:
    """One sentence for each version with open cases that this release cannot run: whose, which, and what is missing."""
    missing = cache(_missing)
    told: set[int] = set()
    for sample in _samples():
        version = sample.version
        if version.pk not in told and (problem := missing(version.content_id) or _unreadable(sample)):
            told.add(version.pk)
            yield (
                f"Open cases of {version.pack.landlord.name} follow version {version.number} of its procedure, and this release "
                f"cannot run it: {problem} Start the release that ran before this one, and tell its makers."
            )


def _samples() -> QuerySet[Instance]:
    """One open case's instance for each version and each format of saved state that is in use, the lowest number first."""
    begun = Instance.objects.filter(ended_at=None, state__isnull=False)
    one_each = begun.annotate(format=KeyTextTransform("format", "state")).values("version", "format").annotate(first=Min("pk"))
    return Instance.objects.filter(pk__in=one_each.values("first")).select_related("version__pack__landlord").order_by("version_id", "pk")


def _missing(digest: str) -> str:
    """What content names and this release has not, in words; else ""."""
    try:
        finding = missing_from(contents_of(digest))
    except PackRefused as refused:
        finding = refused.findings[0]
    return _said(finding) if finding else ""


def missing_from(contents: Pack) -> Finding | None:
    """The first thing that a pack names and this release has not. Raises `PackRefused` for a construct that the engine lost."""
    contents.engine  # noqa: B018  # parsed here
    return next(iter(check.errors([finding for asked in ASKED for finding in asked(contents)])), None)


def _said(finding: Finding) -> str:
    place = f"{finding.file}, “{finding.name or finding.element}”" if finding.element else finding.file
    return f"{place}: {finding.sentence}"


def _unreadable(instance: Instance) -> str:
    """What keeps this instance's saved state from being read, or ""."""
    contents = contents_of(instance.version.content_id)
    try:
        # Reading asks nothing of the host.
        Run(contents.engine, contents.elements, cast(Host, None), {}, instance.state)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"the saved state of instance {instance.pk} cannot be read ({error})."
    return ""
