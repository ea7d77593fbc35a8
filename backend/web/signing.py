"""Signing in and out, the start page, and the landlord's colours."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.invitations import choose_password, invited
from backend.accounts.models import Landlord, User
from backend.errors import DomainError
from backend.web.ask import who
from backend.web.context import brand_css, home_for
from backend.web.middleware import problem

#: Wrong passwords allowed for one address or one account in a quarter of an hour.
TRIES, WINDOW = 10, 900


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    problems: list[str] = []
    if request.method == "POST":
        user, problem = _checked(request)
        if user is not None:
            login(request, user)
            return redirect(_next(request, user))
        problems = [problem]
    people = (
        User.objects.filter(is_active=True).select_related("landlord").prefetch_related("roles") if settings.DEMO else User.objects.none()
    )
    context = {
        "problems": problems,
        "people": people.order_by("landlord", "name"),
        "email": request.POST.get("email", ""),
        "next": request.GET.get("next", ""),
    }
    return render(request, "sign-in.html", context, status=422 if problems else 200)


def _checked(request: HttpRequest) -> tuple[User | None, str]:
    email, address = request.POST.get("email", "").strip().lower(), request.META.get("REMOTE_ADDR", "")
    # Counted before the password is looked at, so that many tries at once are many tries.
    keys = [hashlib.sha256(f"tries:{what}".encode()).hexdigest() for what in (f"account:{email}", f"address:{address}")]
    for key in keys:
        cache.add(key, 0, WINDOW)
    if max([cache.incr(key) for key in keys]) > TRIES:
        return None, "Too many tries. Wait a quarter of an hour, or ask your administrator."
    user = authenticate(request, username=email, password=request.POST.get("password", ""))
    if isinstance(user, User):
        cache.delete_many(keys)
        return user, ""
    return None, "The e-mail address or password is not right."


def _next(request: HttpRequest, user: User) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted.startswith("/") and safe else home_for(user)


def set_password(request: HttpRequest, who_is: str, token: str) -> HttpResponse:
    """The one-use link that an administrator hands to somebody, to choose a password with. Works for three days."""
    user = invited(who_is, token)
    if user is None:
        return render(request, "password_over.html", status=410)
    problems: list[str] = []
    if request.method == "POST":
        try:
            choose_password(user, request.POST.get("password", ""), request.POST.get("again", ""))
        except DomainError as wrong:
            problems = [wrong.sentence]
        else:
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("sign-in")
    return render(request, "set-password.html", {"problems": problems, "person": user}, status=422 if problems else 200)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the invented staff. There is no such door outside the demo."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User, email=request.POST.get("user", ""), is_active=True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(_next(request, user))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("sign-in")
    if not who(request).powers:
        return problem(request, "You have no role yet, so there is nothing here for you. Ask your administrator.", status=403)
    return redirect(home_for(who(request)))


@require_safe
def brand(request: HttpRequest, code: str) -> HttpResponse:
    """The landlord's colours as a style sheet, so that no page needs an inline style."""
    landlord = get_object_or_404(Landlord, code=code)
    return HttpResponse(brand_css(landlord), content_type="text/css", headers={"Cache-Control": "public, max-age=300"})


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For the supervisor: the server answers and the database does too."""
    Landlord.objects.exists()
    return HttpResponse("ok", content_type="text/plain")
