"""The API, `/api/v1/`: acts, what they show on the cluster, and the work of a class. OpenAPI at `/api/v1/openapi.json`,
and as a page for people at `/api/v1/docs`.

Why it is so
------------
A browser signs in with the pages' session, plus their CSRF token for anything that changes something; a script with a
token (`lessons.classroom.people.tokens`). `get_asker` turns both into one member of one class, and from there on nothing
differs. The operation of an act is derived from its description in `lessons.course.acts`. All refusals have one shape,
`Problem`, and `describing` is the one place that writes the statuses shared by all operations into the OpenAPI.
"""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from lessons.classroom.access import NOT_YOURS
from lessons.classroom.perform import ActIdTaken
from lessons.cluster.errors import ClusterError
from lessons.web.api import acts, cluster, record, scenes
from lessons.web.api.describing import describe
from lessons.web.api.docs import DocsPage
from lessons.web.api.doors import Token, nobody, session
from lessons.web.errors import status_of

DESCRIPTION = """\
Real Kafka, one act per call, and the work of a class. Topics and groups have the short names that you typed.

Sign in with `Authorization: Bearer kc_…` and a token (create one on the page *Tokens*), or with the pages' session and
their CSRF token. A token opens the one class in which you created it. Anything that does not exist, and anything that
you have no access to, is answered with 404. Long lists come in pages: set `limit` and `offset`; `count` is the total.\
"""


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, *args, **kwargs):
        return describe(super().get_openapi_schema(*args, **kwargs))


api = Api(
    title="kafkaclass", version="1", urls_namespace="api", auth=[Token(), session, nobody], docs=DocsPage(),
    description=DESCRIPTION,
)  # fmt: skip
for part in (acts, cluster, record, scenes):
    api.add_router("", part.router)


@api.exception_handler(ClusterError)
def answer_refusal(request: HttpRequest, error: ClusterError):
    body = {"asked": error.asked, "answered": error.answered, "advice": error.advice, "code": error.code}
    return api.create_response(request, body, status=status_of(type(error).__name__))


@api.exception_handler(Http404)
def answer_not_found(request: HttpRequest, error: Http404):
    return api.create_response(request, {"answered": str(NOT_YOURS), "code": "NOT_FOUND"}, status=404)


@api.exception_handler(ActIdTaken)
def answer_taken(request: HttpRequest, error: ActIdTaken):
    body = {"answered": str(error), "advice": _("Send a new random id."), "code": "ACT_ID_TAKEN"}
    return api.create_response(request, body, status=409)


@api.exception_handler(ValidationError)
def answer_not_well_formed(request: HttpRequest, error: ValidationError):
    """Says which fields are wrong and why, without repeating what was sent."""
    detail = [{"where": [str(part) for part in fault["loc"]], "wrong": fault["msg"]} for fault in error.errors]
    body = {
        "answered": _("The request is not well-formed."), "advice": _("See `detail`."), "code": "NOT_WELL_FORMED",
    }  # fmt: skip
    return api.create_response(request, {**body, "detail": detail}, status=422)


@api.exception_handler(HttpError)
def answer_http_error(request: HttpRequest, error: HttpError):
    """401 if nobody is signed in, 403 without a CSRF token, 400 if the body is not JSON."""
    return api.create_response(request, {"answered": str(error)}, status=error.status_code)
