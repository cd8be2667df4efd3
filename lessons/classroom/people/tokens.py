"""API tokens: each has the rights of one member in one class.

Why it is so
------------
A token has 192 random bits, so storing a keyed hash without salt or stretching is enough: nobody can guess a token, and
nobody who reads the rows can use them. It begins with `kc_`, so that secret scanners find one that was committed by
mistake. It holds nothing else: its rights are looked up at each call, so that revoking it, removing its owner or
changing a role takes effect at once. Expired and revoked rows are kept, as a history of who gave access to which script.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lessons.classroom.models import ApiToken, Member

PREFIX = "kc_"
LONGEST_LIFE_DAYS = 365
MOST_ACTIVE_TOKENS = 10  # of one member
NOTED_EVERY = timedelta(minutes=1)  # a script that asks ten times a second writes no row ten times a second


class TooManyTokens(Exception):
    """This member has as many active tokens as are allowed."""


@transaction.atomic
def make_token(member: Member, name: str, *, days: int) -> tuple[ApiToken, str]:
    """The row, and the token itself, which is stored nowhere. Raises: TooManyTokens."""
    Member.objects.select_for_update().get(pk=member.pk)  # or two at once would each count without the other
    if active_tokens(member).count() >= MOST_ACTIVE_TOKENS:
        raise TooManyTokens(
            _("You have %(number)d active tokens, the most that are allowed. Revoke one that you don't need.")
            % {"number": MOST_ACTIVE_TOKENS}
        )
    text = PREFIX + secrets.token_hex(24)
    expires_at = timezone.now() + timedelta(days=days)
    return member.tokens.create(name=name, token_hash=ApiToken.hash_of(text), expires_at=expires_at), text


def active_tokens(member: Member):
    return member.tokens.filter(revoked_at=None, expires_at__gt=timezone.now())


def revoke(token: ApiToken) -> None:
    """Make the token stop working. Doing it twice changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def owner_of(text: str) -> Member | None:
    """The owner of this token; None if it is unknown, expired or revoked, or its owner was removed."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("member__klass", "member__user")
        .filter(token_hash=ApiToken.hash_of(text), revoked_at=None, expires_at__gt=now, member__removed_at=None)
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        not_yet_noted = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiToken.objects.filter(not_yet_noted, pk=token.pk).update(last_used_at=now)
    return token.member
