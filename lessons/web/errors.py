"""What goes wrong becomes a page with a sentence, the right status, and something to try."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lessons.classroom.limits import TooFast, TooMuch
from lessons.classroom.models import Act
from lessons.cluster.errors import AppRefused, ClusterError, KafkaUnavailable, TopicMissing

logger = logging.getLogger(__name__)

# The HTTP status by who refused; anything else that Kafka refuses is a conflict with what is there.
STATUS = {
    AppRefused.__name__: 422, TopicMissing.__name__: 404, KafkaUnavailable.__name__: 503, TooFast.__name__: 429,
    TooMuch.__name__: 422,
}  # fmt: skip


def status_of(refusal: str) -> int:
    """The status for a refusal, by the name of its class: the same on the pages and in the API."""
    return STATUS.get(refusal, 409)


def status_of_act(act: Act) -> int:
    """The status for a settled act: the same on the pages and in the API."""
    return 200 if act.state == Act.State.DONE else status_of(act.answer.get("by", ""))


class SayWhatWentWrong:
    """Middleware: Kafka's and the database's failures in words.

    It is the innermost one and sync, which keeps the whole chain sync: one thread a request. Were it async, those above
    it would be too, up to the first that can't be, and each would go to that thread and back on its own, twice.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ClusterError):
            said = page(request, status_of(type(error).__name__), error.asked, error.answered, error.advice)
            said["HX-Reswap"] = "none"  # a whole page is no part of one
            return said
        if isinstance(error, OperationalError):
            logger.error("The database did not answer: %s", error)
            advice = "Nothing was done. Go back and try again in a few seconds."
            return page(request, 503, "The class's records are busy", "The database is locked or away.", advice)
        return None


def page(request: HttpRequest, status: int, title: str, words: str, advice: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"asked": title, "answered": words, "advice": advice, "code": ""}, status=status)
    return render(request, "error.html", {"title": title, "words": words, "advice": advice}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        words = f"A form or a request takes at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20} MB."
        return page(request, 413, "That was too long", words, "Go back, and send less at a time.")
    return page(request, 400, "That could not be read", "The request was not well-formed.", "Go back and try again.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    advice = "Reload the page and send it again."
    return page(request, 403, "That came from a page that was too old", "Its form was not accepted.", advice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = "There is no such page, or it is not yours."
    return page(
        request,
        404,
        "Not found",
        words,
        "Join the class with its code, or come back with your personal code.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    words = "Something went wrong on our side, and it was written to the log."
    return page(request, 500, "That was us", words, "Try again; if it stays so, tell your instructor.")
