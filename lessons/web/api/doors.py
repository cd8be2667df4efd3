"""How one comes in: by a token, or by the session of the pages."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, django_auth

from lessons.classroom.models import Member, User
from lessons.classroom.people.tokens import owner_of

NO_TOKEN = "This token opens nothing: it is not known, has expired, was revoked, or its owner was removed."  # noqa: S105
session = django_auth


def nobody(_request: HttpRequest) -> None:
    """Asked last: whoever comes so far has come in neither way."""
    raise AuthenticationError(message="Nobody is signed in here, and no token was sent.")


class Asking(HttpRequest):
    """A request that has come in: by the session as a person, by a token as the member whom it stands for."""

    auth: User | Member


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Member:
        """Whoever sends a token means it: a wrong one is refused even when there is a session beside it."""
        owner = owner_of(token)
        if owner is None:
            raise AuthenticationError(message=NO_TOKEN)
        return owner
