"""Fill the demo landlord with staff and cases, once; with --sign-ins, say who can sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.demo.cases import make_cases
from backend.demo.homes import keep_somebody_safe, make_homes
from backend.demo.landlord import STAFF, make_landlord


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--staff-only", action="store_true", help="make the staff and no cases")
        parser.add_argument("--sign-ins", action="store_true", help="only print who can sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sign_ins"]:
            self.stdout.write("On the sign-in page, choose who you want to be:")
            for staff in STAFF:
                self.stdout.write(f"  {staff.name:<14} {', '.join(staff.roles)}")
            self.stdout.write("The public report form is at /report/fenbridge")
            return
        now = timezone.now()
        landlord = make_landlord(now=now)
        if not options["staff_only"] and not landlord.cases.exists():
            users = {user.email.partition("@")[0]: user for user in landlord.users.all()}
            made = make_cases(landlord, now=now)
            homes = make_homes(landlord, admin=users["admin"], now=now)
            keep_somebody_safe(landlord, leader=users["leader"], now=now)
            self.stdout.write(f"{made} cases and {homes} homes made.")
