"""Each change that staff make is told in a sentence, and so is one that another version of the app made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lessons.classroom import lesson_reset
from lessons.classroom.grading import deciding, regrading
from lessons.classroom.history import ChangeKind, sentence_of
from lessons.classroom.models import Attempt, Change, LateRule, Observation
from lessons.classroom.people import classes, merging, reset, seats, staff
from lessons.course.loader import all_exercises, get_lesson

pytestmark = pytest.mark.django_db
EXERCISE = next(each for each in all_exercises() if each.id == "creating-topics.three-topics")


def override(room):
    deciding.override(room.alice, room.greta, EXERCISE, state="done", points=1, reason="On paper.")
    deciding.override(room.alice, room.greta, EXERCISE, state="not_yet", points=0.5, reason="Not his own.")
    deciding.remove_override(room.alice, room.greta, EXERCISE)


def regrade(room):
    evidence = Observation.objects.create(member=room.alice, exercise=EXERCISE.id, version=1, data={"topics": {}})
    for _ in range(2):
        Attempt.objects.create(member=room.alice, exercise=EXERCISE.id, observation=evidence, state="done")
    digest = regrading.regrading(room.klass, EXERCISE).digest
    regrading.accept(room.klass, room.greta, EXERCISE, digest=digest)


def recheck(room):
    deciding.ask_recheck(room.klass, room.greta, seat=room.alice, exercise=EXERCISE)
    deciding.ask_recheck(room.klass, room.greta, seat=None, exercise=EXERCISE)
    deciding.recheck_one(room.bob, room.greta, EXERCISE)


def door(room):
    for yes in (True, False):
        seats.set_door(room.klass, room.ines, is_open=yes)


def feed(room):
    for yes in (True, False):
        seats.share_feed(room.klass, room.ines, shared=yes)


def remove(room):
    seats.set_removed(room.bob, room.ines, removed=True)


def restore(room):
    seats.set_removed(room.bob, room.ines, removed=False)


def invite(room):
    staff.invite(room.ines, "grader", "Gustav")


def settings(room):
    due_at, off = datetime(2099, 12, 4, 22, 59, tzinfo=UTC), ["producing"]
    usual = {name: getattr(room.klass, name) for name in classes.SETTINGS}
    changed = {"due_at": due_at, "late_rule": LateRule.HALF, "lessons_off": off}
    classes.set_class(room.klass, room.ines, {**usual, **changed})


def merge(room):
    Attempt.objects.create(member=room.alice, exercise=EXERCISE.id, state="done")
    merging.merge(room.alice, room.bob, room.ines)


# {kind: (what staff do, what history says of it, oldest first)}
SENTENCES = {
    ChangeKind.OVERRIDE: (
        override, ["set “done” with 1 point", "set “not yet” with 0.5 points", "removed an override"],
    ),
    ChangeKind.REGRADE: (regrade, ["re-graded 2 attempts: “done” became “not yet”"]),
    ChangeKind.RECHECK: (recheck, ["re-checked 1 exercise", "re-checked 2 exercises", "re-checked: “not yet”"]),
    ChangeKind.RENAME: (lambda room: seats.rename(room.alice, room.ines, "Ada"), ["renamed “Alice” to “Ada”"]),
    ChangeKind.DOOR: (door, ["opened the class to new students", "closed the class to new students"]),
    ChangeKind.CLASS_CODE: (lambda room: seats.change_join_code(room.klass, room.ines), ["changed the class code"]),
    ChangeKind.PERSONAL_CODE: (
        lambda room: seats.give_new_personal_code(room.alice, room.ines), ["gave a new personal code"],
    ),
    ChangeKind.INVITE: (invite, ["invited this person as grader"]),
    ChangeKind.SIGN_IN_LINK: (
        lambda room: staff.new_link(room.greta, room.ines), ["made a new sign-in link for this person"],
    ),
    ChangeKind.REMOVE: (remove, ["removed this person from the class"]),
    ChangeKind.RESTORE: (restore, ["restored this person"]),
    ChangeKind.EXTERNAL_ID: (
        lambda room: seats.set_external_id(room.alice, room.ines, "ada@school.example"),
        ["changed the school id from nothing to ada@school.example"],
    ),
    ChangeKind.CLASS: (
        lambda room: classes.make_class("Nightshift", room.ines), ["created the class “Nightshift”"],
    ),
    ChangeKind.SETTINGS: (
        settings,
        [
            "changed the lessons that are switched off from none to producing",
            "changed the due date from nothing to 4 December 2099, 22:59 UTC",
            "changed the rule for late work from “counts in full” to “counts half”",
        ],
    ),
    ChangeKind.MERGE: (merge, ["merged the seat %(alice)s into this one: 1 attempt moved"]),
    ChangeKind.LESSON_ANEW: (
        lambda room: lesson_reset.begin_anew(room.alice, get_lesson("consuming"), reset.Things()),
        ["began the lesson “consuming” anew, and deleted 0 topics and 0 groups"],
    ),
    ChangeKind.RESET: (
        lambda room: reset.delete(room.klass, reset.Things(), room.ines, seat=room.alice),
        ["deleted 0 topics and 0 groups"],
    ),
    ChangeKind.FEED: (feed, ["showed the live feed to students", "hid the live feed from students"]),
}  # fmt: skip


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_has_a_sentence(kind, classroom):
    do, sentences = SENTENCES[kind]
    do(classroom)
    told = [sentence_of(change) for change in Change.objects.filter(kind=kind).order_by("pk")]
    assert told == [each % {"alice": classroom.alice.slug} for each in sentences]


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("late-rule", {"before": "counts", "after": "half"}, "late rule: counts → half"),
        ("something-new", {"before": [1], "what": {"is": "it"}}, "something new"),
        ("override", {"exercise": EXERCISE.id, "state": "excellent", "points": 1}, "override"),
        ("re-grade", {"before": "done", "after": "not_yet", "attempts": []}, "re grade: done → not_yet"),
        ("settings", {"setting": "due_at", "before": "", "after": "soon"}, "settings:  → soon"),
        ("merge", ["no", "mapping"], "merge"),
    ],
)
def test_a_kind_or_a_shape_that_is_not_known_is_told_plainly(kind, data, sentence, classroom):
    change = Change.objects.create(klass=classroom.klass, by=classroom.ines, kind=kind, data=data)
    assert sentence_of(change) == sentence
