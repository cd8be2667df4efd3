"""Addresses to which only forms are sent, and the page to which somebody is led who opens one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

POST_ONLY = "is_post_only"  # the mark of such a view
View = TypeVar("View", bound=Callable[..., Any])


def post_only(view: View) -> View:
    """The view answers nothing but a POST. For anything else `lessons.web.errors` has a page."""
    limited = require_POST(view)
    setattr(limited, POST_ONLY, True)
    return limited


def page_of(path: str) -> str:
    """This address, if it can be opened; otherwise the nearest one above it that can."""
    steps = path.strip("/").split("/")
    for length in range(len(steps), 0, -1):
        address = f"/{'/'.join(steps[:length])}/"
        with suppress(Resolver404):
            if not hasattr(resolve(address).func, POST_ONLY):
                return address
    return "/"
