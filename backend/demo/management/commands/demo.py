"""Fill the demo's landlords with staff and cases, once; with --sign-ins, say who can sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.demo.cases import make_cases
from backend.demo.homes import keep_somebody_safe, make_homes
from backend.demo.landlord import Invented, everybody, invented, make_landlord, of_role


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--staff-only", action="store_true", help="make the staff of the baseline's landlord and no cases")
        parser.add_argument("--sign-ins", action="store_true", help="only print who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["sign_ins"]:
            self.stdout.write("On the sign-in page, choose who you want to be:")
            for given in everybody():
                self._sign_ins(given)
        elif options["staff_only"]:
            make_landlord(now=now, given=invented())
        else:
            for given in everybody():
                self._fill(given, now)

    def _sign_ins(self, given: Invented) -> None:
        self.stdout.write(f"  {given.about['name']}: {', '.join(one.name for one in given.staff)}")
        self.stdout.write(f"    its public report form is at /report/{given.code}")

    def _fill(self, given: Invented, now: datetime) -> None:
        landlord = make_landlord(now=now, given=given)
        if landlord.cases.exists():
            return
        made = make_cases(landlord, now=now, given=given)
        homes = make_homes(landlord, given.places, admin=of_role(landlord, "administrator"), now=now)
        keep_somebody_safe(landlord, leader=of_role(landlord, "team-leader"), now=now)
        self.stdout.write(f"{landlord.name}: {made} cases and {homes} homes made.")
