"""`python -m django practices`: what the sources ask for, what a person sees of it, where, and what proves it."""

from __future__ import annotations

import tomllib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.studio.practices import Line, coverage
from backend.workflow.packs import flattened, read_pack


class Command(BaseCommand):
    help = "Lists the practices of the sources: what a person sees of each, where, and what proves it. Needs no database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pack", default="baseline", help="a folder of processes/ (baseline)")
        parser.add_argument("--proofs", type=Path, help="a file of proofs, like tests/contract.toml, where there is one")
        parser.add_argument("--own", action="store_true", help="only the landlord's own documents, as its pack names them")
        parser.add_argument("--missing", action="store_true", help="only what is not met")

    def handle(self, *args: Any, **options: Any) -> None:
        proofs = tomllib.loads(options["proofs"].read_text())["proof"] if options["proofs"] else {}
        pack = read_pack(flattened(settings.PACKS_DIR / options["pack"]))
        lines = [line for line in coverage(pack) if not options["own"] or line.practice.source in pack.sources]
        for line in lines:
            if not (options["missing"] and line.met):
                self._tell(line, proofs.get(line.practice.code, ""))
        met = sum(line.met for line in lines)
        self.stdout.write(f"{met} of {len(lines)} practices are met, from {len({line.practice.source for line in lines})} sources.")

    def _tell(self, line: Line, proof: str) -> None:
        practice = line.practice
        self.stdout.write(f"{practice.code}  {practice.says}")
        if practice.sees:
            self.stdout.write(f"    sees:   {practice.sees}")
            self.stdout.write(f"    where:  {'; '.join(place.label if place.there else f'GONE {place.label}' for place in line.places)}")
        else:
            self.stdout.write(f"    {'context' if practice.context else 'not yet'}: {practice.why}")
        if proved := dict.fromkeys([*filter(None, [proof]), *(scenario.name for scenario in line.scenarios)]):
            self.stdout.write(f"    proved: {'; '.join(proved)}")
