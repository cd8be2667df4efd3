"""How a request signs in: with a token, or with the pages' session."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, django_auth

from lessons.classroom.models import Member, User
from lessons.classroom.people.tokens import owner_of

NO_TOKEN = _("This token is not valid: it is unknown, expired or revoked, or its owner was removed from the class.")
NOBODY = _("You are not signed in, and you sent no token.")
session = django_auth


def nobody(_request: HttpRequest) -> None:
    """Comes last: the request has neither a session nor a token."""
    raise AuthenticationError(message=str(NOBODY))


class Asking(HttpRequest):
    """A request that is signed in: with a session as a person, with a token as its member."""

    auth: User | Member


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> Member:
        """The token's owner. A wrong token is refused even if the request has a session too."""
        owner = owner_of(token)
        if owner is None:
            raise AuthenticationError(message=str(NO_TOKEN))
        return owner
