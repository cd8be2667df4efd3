"""My work: a student's verdicts with their reasons, as the grader sees them, and the evidence card."""

from __future__ import annotations

import json
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lessons.classroom.access import get_member
from lessons.classroom.exports.card import make_card, record_of
from lessons.classroom.exports.signing import public_key_of
from lessons.classroom.grading.standings import standings_of
from lessons.classroom.messages.decisions import decisions_about, words_of
from lessons.web.attachment import attachment
from lessons.web.links import lesson_url
from lessons.web.page_context import page_context

MOST_CHANGES = 50


@require_safe
def my_work(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    standings = standings_of(member)
    by_lesson = groupby(record_of(member, standings), key=lambda entry: entry.lesson)
    parts = [{"lesson": lesson, "url": lesson_url(member, lesson), "entries": [*of]} for lesson, of in by_lesson]
    newest = decisions_about(member)[:MOST_CHANGES]
    context = {
        **page_context(member, "my-work", standings=standings),
        "parts": parts,
        "changes": [(change, words_of(change)) for change in newest],
        "public_key": public_key_of(member.klass.slug),
    }
    return render(request, "student/my_work.html", context)


@require_safe
def card(request: HttpRequest, class_slug: str) -> HttpResponse:
    member = get_member(request.user, class_slug)
    return attachment(f"card-{member.klass.slug}-{member.slug}.jws", "application/jose", make_card(member))


@require_safe
def card_key(request: HttpRequest, class_slug: str) -> HttpResponse:
    """The class's public key as a JWK (RFC 7517), for whoever checks a card of it."""
    klass = get_member(request.user, class_slug).klass
    jwk = json.dumps(public_key_of(klass.slug).jwk, indent=2)
    return attachment(f"key-{klass.slug}.json", "application/jwk+json", f"{jwk}\n")
