"""A member's own tokens, for scripts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lessons.classroom.access import get_member, get_own_token
from lessons.classroom.models import Member
from lessons.classroom.people.tokens import TooManyTokens, make_token, revoke
from lessons.web.forms.doors import TokenForm
from lessons.web.page_context import page_context
from lessons.web.post_only import post_only


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest, class_slug: str) -> HttpResponse:
    """The member's tokens. A new token is shown only on the page that answers the form.

    So there is no redirect: the token would have to be stored on the way, and it is stored nowhere.
    """
    member = get_member(request.user, class_slug)
    if request.method == "GET":
        return _page(request, member, TokenForm())
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            _, text = make_token(member, form.cleaned_data["name"], days=form.cleaned_data["days"])
        except TooManyTokens as refusal:
            form.add_error(None, str(refusal))
        else:
            return _page(request, member, TokenForm(), new=text, status=201)
    return _page(request, member, form, status=422)


@post_only
def revoke_token(request: HttpRequest, class_slug: str, token_id: int) -> HttpResponse:
    revoke(get_own_token(get_member(request.user, class_slug), token_id))
    return redirect("tokens", class_slug)


def _page(request: HttpRequest, member: Member, form: TokenForm, *, new: str = "", status: int = 200) -> HttpResponse:
    rows = member.tokens.order_by("-created_at", "-pk")
    now = timezone.now()
    context: dict[str, Any] = {
        **page_context(member, "tokens"),
        "form": form,
        "new": new,
        "active": [token for token in rows if token.revoked_at is None and token.expires_at > now],
        "ended": [token for token in rows if token.revoked_at is not None or token.expires_at <= now],
        "api_url": request.build_absolute_uri(f"{settings.PATH}api/v1/classes/{member.klass.slug}/completion"),
    }
    return render(request, "student/tokens.html", context, status=status)
