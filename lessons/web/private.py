"""What every answer has that is no static file: it is for one person only, so no cache keeps it; and no page of ours, nor
what it might be made to hold, asks for a camera or the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import sync_and_async_middleware

DENIED = ("camera", "microphone", "geolocation", "display-capture", "usb", "serial", "payment", "browsing-topics")
PERMISSIONS = ", ".join(f"{feature}=()" for feature in DENIED)


@sync_and_async_middleware
def never_cached(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware, for sync and async views. It comes after the one that serves static files."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            return _private(response)

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        return _private(response)

    return answer


def _private(response: HttpResponseBase) -> HttpResponseBase:
    add_never_cache_headers(response)
    response.headers["Permissions-Policy"] = PERMISSIONS
    return response
