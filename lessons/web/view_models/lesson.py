"""What a lesson's page shows: cards of acts, exercises and streams."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lessons.classroom import process
from lessons.classroom.access import may_do
from lessons.classroom.checks.attempts import evidence_in, seed_of
from lessons.classroom.grading.standings import (
    NOT_BEGUN_YET,
    Override,
    Standing,
    Standings,
    attempts_shown,
    standings_of,
)
from lessons.classroom.models import Act, Attempt, LateRule, Member, Role
from lessons.cluster.errors import ClusterError
from lessons.cluster.snapshot import Snapshot
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action
from lessons.course.acts.consume import new_group_id
from lessons.course.evidence import Evidence, Read
from lessons.course.exercise import Exercise
from lessons.course.loader import Block, Lesson, render
from lessons.web.forms.acts import DescribedForm, described_form
from lessons.web.links import socket_url
from lessons.web.view_models.code import Code, code_of

ORDER = "order"  # the field of a prediction of the order of records
NOT_BEGUN_CLASS = "not_begun"  # the state of an exercise that has no standing yet, on a page and in the API


@dataclass(frozen=True)
class AnswerCard:
    """The answer to an act, as its card shows it."""

    ok: bool
    unknown: bool
    headline: str
    words: str
    why: str
    details: list[str]
    at: Any
    reports: str = ""  # of an act that sent records: JSON, [[partition, offset], …] of those that were delivered


@dataclass
class ActCard:
    dom_id: str
    title: str
    submit: str
    url: str
    code_url: str
    form: DescribedForm
    code: Code | None
    cell: str = ""  # see `cell_id`; empty: its Python can't be run from here
    removes: bool = False
    answers: list[AnswerCard] = field(default_factory=list)
    setting_url: str = ""  # where a setting of a topic is explained


@dataclass(frozen=True)
class ExerciseCard:
    dom_id: str
    title: str
    points: int
    todo_html: SafeString
    state: str
    seen: str
    expected: str
    why: str
    hint: str
    misconception: str
    at: Any
    check_url: str
    version: int  # of two cards of an exercise the higher one was drawn from the later attempt
    form: DescribedForm | None = None
    worth: str = "0"  # the points as they stand
    late: str = ""  # what that means here, e.g. "counts half"; empty: in time
    override: Override | None = None
    id: str = ""
    hand_url: str = ""  # where a student raises a hand about it; empty before the first attempt
    read: frozenset[Read] = frozenset()  # what its task and its questions were made from, beside the attempt


Card = ActCard | ExerciseCard


@dataclass(frozen=True)
class StreamCard:
    dom_id: str
    mode: str
    topic: str
    url: str
    lesson: str = ""
    form: DescribedForm | None = None
    code: Code | None = None
    code_url: str = ""
    cell: str = ""
    oldest_first: bool = False
    members: range = range(1, 2)  # by their numbers
    tells_order: bool = True  # not where the lesson asks for a prediction of it


def act_card(
    member: Member, lesson: Lesson, index: int, *, form: DescribedForm | None = None, act: Act | None = None
) -> ActCard:
    """The card of the lesson's block number `index`; with the answer of an act that was just done."""
    block = lesson.blocks[index]
    action = ACTIONS[block.name]
    urls = {name: reverse(name, args=[member.klass.slug, lesson.slug, index]) for name in ("act", "act-code")}
    return card_of(
        member, action, action.filled(block.fields or {}), dom_id=f"act-{index}", url=urls["act"],
        code_url=urls["act-code"], cell=cell_id(lesson, index), form=form, act=act,
    )  # fmt: skip


def card_of(
    member: Member,
    action: type[Action],
    fields: Mapping[str, Any],
    *,
    dom_id: str,
    url: str,
    code_url: str,
    cell: str,
    form: DescribedForm | None = None,
    act: Act | None = None,
) -> ActCard:
    """The card of an act, filled in with these fields, or with those of an act that was just done."""
    shown = dict(act.fields if act else fields)
    return ActCard(
        dom_id=dom_id, title=_(action.title), submit=_(action.submit), url=url, code_url=code_url,
        form=form or described_form(action, dom_id=dom_id, initial=shown),
        code=code_of(action, shown, member),
        cell=cell, removes=action.removes,
        answers=[answer_card(act)] if act else [],
        setting_url=reverse("topic-setting", args=[member.klass.slug]) if "setting" in action.model_fields else "",
    )  # fmt: skip


def not_yours(action: type[Action]) -> str:
    """What stands in the place of an act that this member may not do."""
    if action.is_offered():
        return _(
            "“%(act)s” is for your instructor, for it is everybody's cluster. The stage shows when it is done."
        ) % {"act": _(action.title)}
    return _("“%(act)s” is not possible here: these brokers are run by somebody else.") % {"act": _(action.title)}


def cell_id(lesson: Lesson, index: int) -> str:
    """Of the Python below the form of block `index`: which of its kind in this lesson. So its edits stay with it when the
    lesson gets another paragraph."""
    name = lesson.blocks[index].name
    return f"{name}-{sum(block.name == name for block in lesson.blocks[: index + 1])}"


def answer_card(act: Act) -> AnswerCard:
    answer = act.answer
    speaker = {"speaker": answer.get("speaker", "Kafka")}
    return AnswerCard(
        ok=act.state == Act.State.DONE,
        unknown=act.state in (Act.State.UNKNOWN, Act.State.RUNNING, Act.State.FAILED),
        headline={
            Act.State.DONE: _done_in(answer.get("took_ms")),
            Act.State.REFUSED: _("%(speaker)s refused.") % speaker,
            Act.State.FAILED: _("Nothing happened."),
            Act.State.UNKNOWN: _("Not known."),
            Act.State.RUNNING: _("Still running."),
        }[Act.State(act.state)],
        words=answer.get("words", ""),
        why=answer.get("why", ""),
        details=list(answer.get("details", [])),
        at=act.settled_at,
        reports=_reports(answer.get("data", {})),
    )


def _reports(data: Mapping[str, Any]) -> str:
    deliveries = data.get("deliveries")
    if deliveries is None:
        return ""
    return json.dumps([[each["partition"], each["offset"]] for each in deliveries if each["offset"] is not None])


def _done_in(took_ms: float | None) -> str:
    if not took_ms:
        return _("Done.")
    return (
        _("Done in %(ms).0f ms.") % {"ms": took_ms}
        if took_ms < 1000
        else _("Done in %(s).1f s.") % {"s": took_ms / 1000}
    )


def exercise_card(
    member: Member, lesson: Lesson, exercise: Exercise, *, form: DescribedForm | None = None
) -> ExerciseCard:
    """`form` is the one that was filled in wrongly, if any."""
    [card] = exercise_cards(member, lesson, of=[exercise])
    return replace(card, form=form or card.form)


def _exercise_card(
    member: Member,
    lesson: Lesson,
    exercise: Exercise,
    standing: Standing,
    attempt: Attempt | None,
    snapshot: Snapshot | None,
) -> ExerciseCard:
    """The exercise with its standing, as a grader sees it, and what the check of that standing found."""
    verdict = attempt.verdict if attempt else {}
    evidence = _shown_evidence(member, snapshot)
    task, form = _task(member, exercise, evidence), question_form(member, exercise, evidence=evidence)
    return ExerciseCard(
        dom_id=dom_id_of(exercise),
        title=exercise.title,
        points=exercise.points,
        todo_html=mark_safe(_rendered(task)),  # noqa: S308 - our own text
        state=standing.state or NOT_BEGUN_CLASS,
        seen=verdict.get("seen", ""),
        expected=verdict.get("expected", ""),
        why=verdict.get("why", ""),
        misconception=verdict.get("misconception", ""),
        hint=exercise.hint,
        at=attempt.decided_at if attempt else None,
        check_url=reverse("check", args=[member.klass.slug, lesson.slug, exercise.id]),
        version=standing.version,
        form=form,
        worth=standing.points_told,
        late=str(LateRule(member.klass.late_rule).label) if standing.is_late else "",
        override=standing.override,
        id=exercise.id,
        hand_url=f"?hand={exercise.id}#part-hand" if _is_stuck(member, attempt, standing) else "",
        read=frozenset(evidence.read),
    )


def _task(member: Member, exercise: Exercise, evidence: Evidence) -> str:
    """What this seat is to do, as Markdown."""
    try:
        return exercise.task(evidence, seed_of(member, exercise))
    except ClusterError:
        return exercise.todo


def _shown_evidence(member: Member, snapshot: Snapshot | None) -> Evidence:
    """What the page shows is that of the snapshot; without one, of the latest."""
    return evidence_in(snapshot or process.current().snapshots.latest(member.namespace), member)


def _is_stuck(member: Member, attempt: Attempt | None, standing: Standing) -> bool:
    return member.role == Role.STUDENT and attempt is not None and standing.state != Attempt.State.DONE


def question_form(
    member: Member, exercise: Exercise, data: Any = None, *, evidence: Evidence | None = None
) -> DescribedForm | None:
    """What is to be typed for this exercise, with what was typed last; None when nothing is, or can't be now.

    What the questions name of the cluster is that of the evidence; without it, of the latest snapshot. With `data`, which somebody
    has typed and must hear of: raises ClusterError.
    """
    if not exercise.asks:
        return None
    evidence = evidence or _shown_evidence(member, None)
    try:
        questions = exercise.questions(evidence, seed_of(member, exercise))
    except ClusterError:
        if data is not None:
            raise
        return None
    if questions is None:
        return None
    given = evidence.submitted(exercise.id)
    typed = given.fields["answers"] if given else {}
    return described_form(questions, dom_id=dom_id_of(exercise), initial=typed, data=data)


def dom_id_of(exercise: Exercise) -> str:
    return "exercise-" + exercise.id.replace(".", "-")


def stream_card(member: Member, lesson: Lesson, index: int) -> StreamCard:
    """A consumer's card: the act happens over the socket; the code is shown below, as with any act."""
    block = lesson.blocks[index]
    action = ACTIONS["consume"]
    fields = {"group_id": new_group_id(), **(block.fields or {})}
    dom_id = f"stream-{index}"
    return StreamCard(
        dom_id=dom_id, mode="consume", topic=fields["topic"],
        url=socket_url(member.klass, "consume/"), lesson=lesson.slug,
        form=described_form(action, dom_id=dom_id, initial=fields),
        code=code_of(action, fields, member),
        code_url=reverse("act-code", args=[member.klass.slug, lesson.slug, index]),
        cell=cell_id(lesson, index),
        oldest_first=block.oldest_first,
        members=range(1, block.members + 1),
        tells_order=_tells_order(lesson),
    )  # fmt: skip


def watch_card(member: Member, lesson: Lesson, *, for_staff: bool = False) -> StreamCard | None:
    """The card of the lesson's topic, for the member, or for staff who look at it; None when the lesson has no topic to watch."""
    if not lesson.topic:
        return None
    url = socket_url(member.klass, f"watch/?seat={member.slug}" if for_staff else "watch/")
    return StreamCard(dom_id="watch", mode="watch", topic=lesson.topic, url=url, tells_order=_tells_order(lesson))


def _tells_order(lesson: Lesson) -> bool:
    return not any(exercise.guess and exercise.guess.field == ORDER for exercise in lesson.exercises)


@dataclass(frozen=True)
class PageBlock:
    kind: str
    template: str
    html: str = ""
    card: Any = None


def page_blocks(
    member: Member,
    lesson: Lesson,
    cards: Iterable[Card] = (),
    *,
    standings: Standings,
    snapshot: Snapshot,
) -> list[PageBlock]:
    """The page from top to bottom; `cards` are shown in place of the same ones with nothing to say."""
    exercises = exercise_cards(member, lesson, standings, snapshot=snapshot)
    shown = {card.dom_id: card for card in [*exercises, *cards]}
    return [_page_block(member, lesson, index, block, shown) for index, block in enumerate(lesson.blocks)]


def exercise_cards(
    member: Member,
    lesson: Lesson,
    standings: Standings | None = None,
    *,
    of: Iterable[Exercise] | None = None,
    snapshot: Snapshot | None = None,
) -> list[ExerciseCard]:
    """The cards of all the lesson's exercises, or of these."""
    standings = standings_of(member) if standings is None else standings
    shown = {each: standings.get(each.id, NOT_BEGUN_YET) for each in (lesson.exercises if of is None else of)}
    attempts = attempts_shown(shown.values())
    return [
        _exercise_card(member, lesson, exercise, standing, attempts.get(standing.attempt_id or 0), snapshot)
        for exercise, standing in shown.items()
    ]


def _page_block(
    member: Member,
    lesson: Lesson,
    index: int,
    block: Block,
    cards: Mapping[str, Card],
) -> PageBlock:
    match block.kind:
        case "act" if not may_do(member, ACTIONS[block.name]):
            return PageBlock("note", "parts/_not_yours.html", card=not_yours(ACTIONS[block.name]))
        case "act":
            card = cards.get(f"act-{index}") or act_card(member, lesson, index)
            return PageBlock("act", "parts/_act.html", card=card)
        case "exercise":
            return PageBlock("exercise", "parts/_exercise.html", card=cards[dom_id_of(_exercise_of(lesson, block))])
        case "afterwards":
            card, html = cards[dom_id_of(_exercise_of(lesson, block))], mark_safe(block.html)  # noqa: S308 - our own text
            return PageBlock("afterwards", "parts/_afterwards.html", html=html, card=card)
        case "stream":
            return PageBlock("stream", "parts/_stream.html", card=stream_card(member, lesson, index))
        case "figure":
            return PageBlock("figure", f"figures/{block.name}.html")
        case "aside":
            return PageBlock("aside", "parts/_aside.html", html=mark_safe(block.html), card=block.name)  # noqa: S308 - our own text
        case _:
            return PageBlock("text", "parts/_text.html", html=mark_safe(block.html))  # noqa: S308 - our own text


def _exercise_of(lesson: Lesson, block: Block) -> Exercise:
    return next(exercise for exercise in lesson.exercises if exercise.id.partition(".")[2] == block.name)


@cache
def _rendered(markdown: str) -> str:
    return render(markdown)
