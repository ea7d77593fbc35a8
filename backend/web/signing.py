"""Signing in and out, the start page, and the landlord's colours."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from backend.accounts.models import Landlord, User
from backend.web.ask import who
from backend.web.context import brand_css, home_for

#: Wrong passwords allowed for one address or one account in a quarter of an hour.
TRIES, WINDOW = 10, 900


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(home_for(who(request)))
    problems: list[str] = []
    if request.method == "POST":
        user, problem = _checked(request)
        if user is not None:
            login(request, user)
            return redirect(_next(request, user))
        problems = [problem]
    people = User.objects.filter(is_active=True).prefetch_related("roles").order_by("landlord", "name") if settings.DEMO else []
    context = {"problems": problems, "people": people, "email": request.POST.get("email", ""), "next": request.GET.get("next", "")}
    return render(request, "sign-in.html", context, status=422 if problems else 200)


def _checked(request: HttpRequest) -> tuple[User | None, str]:
    email, address = request.POST.get("email", "").strip().lower(), request.META.get("REMOTE_ADDR", "")
    keys = [f"tries:account:{email}", f"tries:address:{address}"]
    if any(cache.get(key, 0) >= TRIES for key in keys):
        return None, "Too many tries. Wait a quarter of an hour, or ask your administrator."
    user = authenticate(request, username=email, password=request.POST.get("password", ""))
    if isinstance(user, User):
        return user, ""
    for key in keys:
        cache.add(key, 0, WINDOW)
        cache.incr(key)
    return None, "The e-mail address or password is not right."


def _next(request: HttpRequest, user: User) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else home_for(user)


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
    return redirect(home_for(who(request)) if request.user.is_authenticated else "sign-in")


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
