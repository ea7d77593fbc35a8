"""How somebody gets a password: by a one-use link that an administrator hands over. Nobody ever knows another's."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from backend.accounts.models import User
from backend.errors import DomainError


def invite(user: User) -> tuple[str, str]:
    """The two parts of the link for `user`. It stops working once used, once a password is set, and after three days."""
    return urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)


def invited(who: str, token: str) -> User | None:
    """Whose link this is, if it still works."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(who)), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user is not None and default_token_generator.check_token(user, token) else None


@transaction.atomic
def choose_password(user: User, password: str, again: str) -> None:
    """Set the password, if it is good and typed twice alike."""
    if password != again:
        raise DomainError("The two passwords are not the same. Type them again.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
