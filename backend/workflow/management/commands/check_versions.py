"""Stop a start of the product, with a sentence, when this release cannot run a version that open cases follow."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.workflow import release


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if found := list(release.refusals()):
            raise CommandError("\n".join(found))
