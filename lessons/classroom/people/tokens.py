"""A script's way in: personal tokens, each with the rights of one member in one class.

Why it is so
------------
A token has 192 random bits, so a keyed hash without salt or stretching is enough to keep it: nobody guesses it, and
whoever reads the rows can't use them. It begins with `kc_`, so that scanners for secrets find one that was committed by
mistake. It says nothing else; what it may do is looked up at each call, so that revoking it, removing its owner or
changing a role counts at once. Rows are kept after their end: they are the history of who let which script in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lessons.classroom.models import ApiToken, Member

PREFIX = "kc_"
LONGEST_LIFE_DAYS = 365
MOST_LIVE_TOKENS = 10  # of one member
NOTED_EVERY = timedelta(minutes=1)  # a script that asks ten times a second writes no row ten times a second


class TooManyTokens(Exception):
    """This member has as many living tokens as one may have."""


@transaction.atomic
def make_token(member: Member, name: str, *, days: int) -> tuple[ApiToken, str]:
    """The row, and the token itself, which is nowhere else. Raises: TooManyTokens."""
    Member.objects.select_for_update().get(pk=member.pk)  # of two at once each would count without the other
    if live_tokens(member).count() >= MOST_LIVE_TOKENS:
        raise TooManyTokens(
            f"You have {MOST_LIVE_TOKENS} tokens that still work, and no more are given. Revoke one that is not needed."
        )
    text = PREFIX + secrets.token_hex(24)
    expires_at = timezone.now() + timedelta(days=days)
    return member.tokens.create(name=name, token_hash=ApiToken.hash_of(text), expires_at=expires_at), text


def live_tokens(member: Member):
    return member.tokens.filter(revoked_at=None, expires_at__gt=timezone.now())


def revoke(token: ApiToken) -> None:
    """From now on it opens nothing. Twice is once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def owner_of(text: str) -> Member | None:
    """Whose token this is; None: unknown, expired, revoked, or of somebody who was removed."""
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
