"""Error pages: each has a title, a sentence, advice and the right status."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.request import split_domain_port
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.utils.translation import gettext as _

from kafkaclass.logs import request_id
from lessons.classroom.limits import TooFast, TooMuch
from lessons.classroom.models import Act
from lessons.classroom.perform import AnswerNotStored
from lessons.cluster.errors import AppRefused, ClusterError, KafkaUnavailable, TopicMissing
from lessons.web.post_only import page_of

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
    """The status for an act: the same on the pages and in the API. 503: nothing has happened; 504: nobody knows."""
    match act.state:
        case Act.State.DONE:
            return 200
        case Act.State.RUNNING:
            return 202
        case Act.State.UNKNOWN:
            return 504
    return status_of(act.answer.get("by", ""))


class SayWhatWentWrong:
    """Middleware: turns failures of Kafka and of the database into error pages.

    It is the innermost one and sync, which keeps the whole chain sync: one thread a request. Were it async, those above
    it would be too, up to the first that can't be, and each would go to that thread and back on its own, twice.
    """

    def __init__(self, get_response: Callable) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return not_allowed(request, response) if isinstance(response, HttpResponseNotAllowed) else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ClusterError):
            said = page(request, status_of(type(error).__name__), error.asked, error.answered, error.advice)
            said["HX-Reswap"] = "none"  # a whole page is no part of one
            return said
        if isinstance(error, AnswerNotStored):
            logger.error("The database did not take Kafka's answer: %s", error.__cause__)
            words = _("Kafka was asked, but its answer could not be stored.")
            advice = _("Do not send it again: the app will look at the cluster for what became of it.")
            return page(request, 504, _("The database is busy"), words, advice)
        if isinstance(error, OperationalError):
            logger.error("The database did not answer: %s", error)
            advice = _("Try again in a few seconds, and check first whether your last action went through.")
            return page(request, 503, _("The database is busy"), _("It did not answer in time."), advice)
        return None


def page(request: HttpRequest, status: int, title: str, words: str, advice: str, *, go_to: str = "") -> HttpResponse:
    """`go_to`: the address that the page leads to, by default to the lessons."""
    if request.path.startswith(f"{settings.PATH}api/"):
        return JsonResponse({"asked": title, "answered": words, "advice": advice, "code": ""}, status=status)
    context = {"title": title, "words": words, "advice": advice, "go_to": go_to}
    return render(request, "error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        limit = {"megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20}
        words = _("A form or a request may have at most %(megabytes)s MB.") % limit
        return page(request, 413, _("That was too much"), words, _("Go back and send less at a time."))
    if isinstance(exception, DisallowedHost):
        words = _("This site does not know the name by which it was asked for.")
        return page(request, 400, _("An unknown name"), words, _told_by(request.META.get("HTTP_HOST", "")))
    words = _("The server could not read this request.")
    return page(request, 400, _("Something is wrong with the request"), words, _("Go back and try again."))


def _told_by(host: str) -> str:
    """How whoever runs the site says what is in front of it, such as a tunnel."""
    words = _(
        "The person who runs it starts it with KAFKACLASS_HOSTS=%(host)s, and with KAFKACLASS_TLS=1 where it is opened by https."
    )
    return words % {"host": split_domain_port(host)[0][:100] or "…"}


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _("Its form can no longer be sent.")
    return page(request, 403, _("This page has expired"), words, _("Reload it and send the form again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or without the cookie that belongs to it."""
    if reason == REASON_BAD_ORIGIN % f"https://{request.get_host()}" and not request.is_secure():
        words = _("This site was opened by https, and was not told that it can be. Nothing was sent.")
        return page(request, 403, _("A setting is missing"), words, _told_by(request.get_host()))
    if reason != REASON_NO_CSRF_COOKIE:
        return forbidden(request, PermissionDenied(reason))
    words = _("Your browser did not send this site's cookie, and without it nobody knows whose form this is.")
    advice = _("Allow cookies for this site, reload the page and send the form again.")
    return page(request, 403, _("A cookie is missing"), words, advice)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    words = _("There is no such page, or it is not yours.")
    advice = _("Join the class with its code, or come back with your personal code.")
    return page(request, 404, _("Not found"), words, advice)


def not_allowed(request: HttpRequest, refusal: HttpResponseNotAllowed) -> HttpResponse:
    """Most often somebody opened again what had come of a form, or was asked to sign in before it was sent."""
    if request.method in ("GET", "HEAD"):
        words = _("Only a form can be sent to this address. Nothing was sent, and nothing has changed.")
        said = page(
            request, 405, _("Nothing to open here"), words, _("The form is on its page."), go_to=page_of(request.path)
        )
    else:
        words = _("This page can be opened, but nothing can be sent to it. Nothing has changed.")
        said = page(request, 405, _("Nothing was sent"), words, "", go_to=page_of(request.path))
    said["Allow"] = refusal["Allow"]
    return said


def server_error(request: HttpRequest) -> HttpResponse:
    words, advice = _("It has been logged."), _("Try again. If it keeps happening, tell your instructor.")
    if number := request_id.get():
        words = _("It has been logged under the number %(number)s.") % {"number": number}
        advice = _("Try again. If it keeps happening, tell your instructor this number.")
    return page(request, 500, _("Something went wrong on our side"), words, advice)
