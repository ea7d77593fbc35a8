"""What every page's frame needs: the landlord's name and colours, and the menu of what is this person's."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from backend.accounts import powers
from backend.accounts.models import Landlord, User
from backend.casework.notices import unread


@dataclass(frozen=True)
class MenuItem:
    label: str
    url: str
    here: bool


_MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Tasks", "tasks", (powers.WORK,)),
    ("New reports", "reports", (powers.TRIAGE, powers.TAKE_REPORTS)),
    ("Evidence", "evidence-inbox", (powers.TRIAGE, powers.TAKE_REPORTS)),
    ("Cases", "cases", (powers.WORK,)),
    ("Letters", "letters", (powers.WORK,)),
    ("Post", "letter-queue", (powers.POST,)),
    ("Overdue", "overdue", (powers.MANAGE,)),
    ("Faults", "faults", (powers.MANAGE,)),
    ("Measures", "measures", (powers.MANAGE,)),
    ("Procedure", "procedure", (powers.MANAGE, powers.DRAW)),
    ("Redraw", "studio", (powers.DRAW,)),
    ("People and patches", "users", (powers.ADMINISTER,)),
)


def house(request: HttpRequest) -> dict[str, Any]:
    signed_in = getattr(request, "user", None)
    user = signed_in if isinstance(signed_in, User) else None
    landlord = getattr(request, "landlord", None) or (user.landlord if user else None)
    return {
        "works": (works := user is not None and user.can(powers.WORK)),
        "unread": unread(user) if user and works else 0,
        "menu": _menu(user, request.path) if user else [],
        "landlord": landlord,
        "may_search": user is not None and user.can(powers.WORK),
        "demo": settings.DEMO,
    }


def _menu(user: User, path: str) -> list[MenuItem]:
    items = [(label, reverse(name)) for label, name, any_of in _MENU if any(user.can(power) for power in any_of)]
    here = max((url for _, url in items if path.startswith(url)), key=len, default="")
    return [MenuItem(label, url, url == here) for label, url in items]


def home_for(user: User) -> str:
    """Where this person's day begins."""
    return next((reverse(name) for _, name, any_of in _MENU if any(user.can(power) for power in any_of)), reverse("sign-in"))


def brand_css(landlord: Landlord) -> str:
    """The landlord's colour as CSS custom properties, darker for the menu."""
    red, green, blue = (int(landlord.colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    dark = "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, light * 0.7, saturation))
    return f":root {{ --brand: {landlord.colour}; --brand-dark: #{dark}; --brand-text: #ffffff }}"
