"""The API, `/api/v1/`: the acts, what they show, and the record of who did what. OpenAPI at `/api/v1/openapi.json`.

Why it is so
------------
A browser signs in by the session of the pages, with their CSRF token for what changes something; a script by a personal
token (`lessons.classroom.people.tokens`). Both become one member of one class in `get_asker`, and from there on nothing differs. An
act's operation is derived from its description in `lessons.course.acts`. Every refusal has one shape, `Problem`, and the
statuses that all operations share are written into the OpenAPI in one place, `describing`.
"""

from django.http import Http404, HttpRequest
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.operation import Operation

from lessons.classroom.access import NOT_YOURS
from lessons.classroom.perform import ActIdTaken
from lessons.cluster.errors import ClusterError
from lessons.web.api import acts, cluster, record
from lessons.web.api.describing import describe
from lessons.web.api.doors import Token, nobody, session
from lessons.web.errors import status_of

DESCRIPTION = """\
Real Kafka, one act a call, and the record of a class. Names of topics and groups are your own, as you typed them.

Sign in by `Authorization: Bearer kc_…` with a token of yours (make one on the page *Tokens*), or by the pages' session
with their CSRF token. A token opens the one class that it was made in. What is not yours is answered like what is not
there, by 404. Lists of the record come in pages: `limit` and `offset`, and `count` says how many there are in all.\
"""


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, *args, **kwargs):
        return describe(super().get_openapi_schema(*args, **kwargs))


api = Api(
    title="kafkaclass", version="1", urls_namespace="api", auth=[Token(), session, nobody], docs_url=None,
    description=DESCRIPTION,
)  # fmt: skip
for part in (acts, cluster, record):
    api.add_router("", part.router)


@api.exception_handler(ClusterError)
def say_refusal(request: HttpRequest, error: ClusterError):
    body = {"asked": error.asked, "answered": error.answered, "advice": error.advice, "code": error.code}
    return api.create_response(request, body, status=status_of(type(error).__name__))


@api.exception_handler(Http404)
def say_not_found(request: HttpRequest, error: Http404):
    return api.create_response(request, {"answered": NOT_YOURS, "code": "NOT_FOUND"}, status=404)


@api.exception_handler(ActIdTaken)
def say_taken(request: HttpRequest, error: ActIdTaken):
    body = {"answered": str(error), "advice": "Take a new random id.", "code": "ACT_ID_TAKEN"}
    return api.create_response(request, body, status=409)


@api.exception_handler(ValidationError)
def say_not_well_formed(request: HttpRequest, error: ValidationError):
    """Which fields, and what is wrong with each; what was sent is not sent back."""
    detail = [{"where": [str(part) for part in fault["loc"]], "wrong": fault["msg"]} for fault in error.errors]
    body = {"answered": "The request is not well-formed.", "advice": "See `detail`.", "code": "NOT_WELL_FORMED"}
    return api.create_response(request, {**body, "detail": detail}, status=422)


@api.exception_handler(HttpError)
def say_refused(request: HttpRequest, error: HttpError):
    """401 without a door to come in by, 403 without a CSRF token, 400 for a body that is no JSON."""
    return api.create_response(request, {"answered": str(error)}, status=error.status_code)
