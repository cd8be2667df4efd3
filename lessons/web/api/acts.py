"""The acts: each as a POST, and the member's own acts with their answers."""

from uuid import UUID, uuid4

from django.http import Http404
from ninja import Router, Status
from ninja.errors import ValidationError
from ninja.pagination import paginate
from pydantic import Field, create_model
from pydantic import ValidationError as PydanticError

from lessons.classroom.access import NOT_YOURS, get_action, get_asker, get_exercise, get_lesson_for, get_own_act
from lessons.classroom.models import Member
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.web.api.doors import Asking
from lessons.web.api.pages import Pages
from lessons.web.api.schemas import ActOut, Problem
from lessons.web.errors import status_of_act
from lessons.web.view_models.lesson import question_form

router = Router(tags=["acts"])

ANSWERS = """\
The status is the result: 200 done, 202 still running, 404 no such topic, 409 refused by Kafka, 422 refused by the app \
or not well-formed, 429 too many acts at once, 503 Kafka could not be asked and nothing has happened, 504 Kafka did not \
answer in time and nobody knows yet (ask for the act later: it says so once it is known). An act that was stored comes \
back with its answer, whatever the status; otherwise you get a problem.\
"""


def _fitting(member: Member, action: Action) -> Action:
    """Answers must fit the questions of their exercise, as they do on its page. Raises: Http404, ValidationError."""
    if not isinstance(action, SubmitAnswers):
        return action
    _, exercise = get_exercise(action.exercise)
    if (form := question_form(member, exercise, data={})) is None:
        raise Http404(NOT_YOURS)
    try:
        answers = form.model.model_validate(action.answers)
    except PydanticError as error:
        faults = [{"loc": ("body", "answers", *fault["loc"]), "msg": fault["msg"]} for fault in error.errors()]
        raise ValidationError(faults) from None
    return SubmitAnswers(exercise=exercise.id, answers=answers.model_dump(mode="json"))


def _add_operation(action: type[Action]) -> None:
    """POST /classes/{class}/acts/{kind}, with the act's fields as the body."""
    body_type = create_model(
        f"{action.__name__}In",
        __base__=action,
        act_id=(
            UUID | None,
            Field(None, description="A random id that you choose: send it twice, and the act runs once."),
        ),
        lesson=(str, Field("", max_length=40, description="The lesson's slug, if the act belongs to one.")),
    )

    def operation(request: Asking, class_slug: str, body: body_type):
        member = get_asker(request.auth, class_slug)
        get_action(member, action.kind)  # some are for instructors only
        fields = body.model_dump()
        act_id, lesson = fields.pop("act_id") or uuid4(), fields.pop("lesson")
        if lesson:
            get_lesson_for(member, lesson)
        act = perform(member, _fitting(member, action.model_validate(fields)), act_id=act_id, lesson=lesson)
        return Status(status_of_act(act), act)

    router.post(
        "/classes/{slug:class_slug}/acts/" + action.kind,
        response=dict.fromkeys((404, 409, 422, 429, 503, 504), ActOut | Problem) | {200: ActOut, 202: ActOut},
        operation_id=f"act_{action.kind.replace('-', '_')}",
        url_name=f"act-{action.kind}",
        summary=action.title,
        description=ANSWERS,
        openapi_extra={"requestBody": {"content": {"application/json": {"example": dict(action.example)}}}},
    )(operation)


for _action in ACTIONS.values():
    _add_operation(_action)


@router.get("/classes/{slug:class_slug}/acts", response=list[ActOut])
@paginate(Pages)
def list_acts(request: Asking, class_slug: str):
    """Your acts with Kafka's answers, newest first."""
    return get_asker(request.auth, class_slug).acts.order_by("-started_at", "pk")


@router.get("/classes/{slug:class_slug}/acts/{uuid:act_id}", response=ActOut)
def get_act(request: Asking, class_slug: str, act_id: UUID):
    """One of your acts, with Kafka's answer."""
    return get_own_act(get_asker(request.auth, class_slug), act_id)
