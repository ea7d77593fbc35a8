"""Make a landlord on your own server: its name, the baseline procedure, and a first administrator with a one-use link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from backend.accounts import powers
from backend.accounts.invitations import invite
from backend.accounts.models import Landlord, User
from backend.workflow.overlay import ABOUT
from backend.workflow.packs import flattened
from backend.workflow.publishing import publish


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="a short word for addresses, like northbank")
        parser.add_argument("name", help="the landlord's name, as letters give it")
        parser.add_argument("--pack", default="baseline", help="the folder of processes/ that holds its procedure (baseline)")
        parser.add_argument("--administrator", nargs=2, metavar=("NAME", "EMAIL"), required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name, email = options["administrator"]
        if Landlord.objects.filter(code=options["code"]).exists() or User.objects.filter(email=email.lower()).exists():
            raise CommandError("There is a landlord with this code, or a user with this e-mail address, already.")
        folder = settings.PACKS_DIR / options["pack"]
        if not (folder / ABOUT).exists():
            raise CommandError(f"There is no procedure in processes/{options['pack']}.")
        landlord = Landlord.objects.create(code=options["code"], name=options["name"])
        publish(landlord=landlord, files=flattened(folder), note=f"Loaded from {folder.name}", by=None, now=timezone.now())
        administrator = User.objects.create_user(email, None, name=name, landlord=landlord)
        administrator.roles.set(role for role in landlord.roles.all() if powers.ADMINISTER in role.powers)
        self.stdout.write(settings.SITE_URL + reverse("set-password", args=invite(administrator)))
