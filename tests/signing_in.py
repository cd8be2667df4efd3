"""The browser of somebody who has a seat."""

from __future__ import annotations

from django.test import Client

from lessons.classroom.models import Member


def browser_of(member: Member) -> Client:
    """A new one, signed in."""
    browser = Client()
    browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return browser
