"""Writes every kind of letter in every rendition, from its sample, into a folder: to be looked at.

Knows nothing of cases: the samples are the kinds' own.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

import letters


class Command(BaseCommand):
    help = "Write every kind of letter in every rendition, from its sample, into a folder"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the PDFs go; it is made where there is none")
        parser.add_argument("--only", action="append", choices=sorted(letters.kinds()), help="this kind alone; may be said again")

    def handle(self, *_: Any, folder: Path, only: list[str] | None, **__: Any) -> None:
        written = letters.gallery(folder, only=only)
        self.stdout.write(f"Wrote {len(written)} letters to {folder}.")
