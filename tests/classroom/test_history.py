"""Each change that staff make is told in a sentence, and so is one that another version of the app made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lessons.classroom.grading import deciding, regrading
from lessons.classroom.history import ChangeKind, sentence_of
from lessons.classroom.models import Attempt, Change, LateRule, Observation
from lessons.classroom.people import classes, merging, reset, seats, staff
from lessons.course.loader import all_exercises

pytestmark = pytest.mark.django_db
EXERCISE = next(each for each in all_exercises() if each.id == "creating-topics.three-topics")


def told(kind: ChangeKind) -> list[str]:
    return [sentence_of(change) for change in Change.objects.filter(kind=kind).order_by("pk")]


@pytest.mark.usefixtures("kafka")
def test_every_kind_of_change_has_a_sentence(classroom):
    klass, alice, bob, ines, greta = classroom.klass, classroom.alice, classroom.bob, classroom.ines, classroom.greta
    deciding.override(alice, greta, EXERCISE, state="done", points=1, reason="On paper.")
    deciding.override(alice, greta, EXERCISE, state="not_yet", points=0.5, reason="Not his own.")
    deciding.remove_override(alice, greta, EXERCISE)
    deciding.ask_recheck(klass, greta, seat=alice, exercise=EXERCISE)
    deciding.ask_recheck(klass, greta, seat=None, exercise=EXERCISE)
    deciding.recheck_one(bob, greta, EXERCISE)
    evidence = Observation.objects.create(member=alice, exercise=EXERCISE.id, version=1, data={"topics": {}})
    for _ in range(2):
        Attempt.objects.create(member=alice, exercise=EXERCISE.id, observation=evidence, state="done")
    regrading.accept(klass, greta, EXERCISE, digest=regrading.regrading(klass, EXERCISE).digest)
    staff.new_link(staff.invite(ines, "grader", "Gustav"), ines)
    seats.rename(alice, ines, "Ada")
    seats.set_external_id(alice, ines, "ada@school.example")
    seats.give_new_personal_code(alice, ines)
    seats.change_join_code(klass, ines)
    for yes in (True, False):
        seats.set_door(klass, ines, is_open=yes)
        seats.share_feed(klass, ines, shared=yes)
        seats.set_removed(bob, ines, removed=yes)
    usual = {name: getattr(klass, name) for name in classes.SETTINGS}
    due = {
        "due_at": datetime(2099, 12, 4, 22, 59, tzinfo=UTC),
        "late_rule": LateRule.HALF,
        "lessons_off": ["producing"],
    }
    classes.set_class(klass, ines, {**usual, **due})
    classes.make_class("Nightshift", ines)
    reset.delete(klass, reset.Things(), ines, seat=alice)
    merging.merge(alice, bob, ines)

    assert {kind: told(kind) for kind in ChangeKind} == {
        ChangeKind.OVERRIDE: ["set “done” with 1 point", "set “not yet” with 0.5 points", "removed an override"],
        ChangeKind.REGRADE: ["re-graded 2 attempts: “done” became “not yet”"],
        ChangeKind.RECHECK: ["re-checked 1 exercise", "re-checked 2 exercises", "re-checked: “not yet”"],
        ChangeKind.RENAME: ["renamed “Alice” to “Ada”"],
        ChangeKind.DOOR: ["opened the class to new students", "closed the class to new students"],
        ChangeKind.CLASS_CODE: ["changed the class code"],
        ChangeKind.PERSONAL_CODE: ["gave a new personal code"],
        ChangeKind.INVITE: ["invited this person as grader"],
        ChangeKind.SIGN_IN_LINK: ["made a new sign-in link for this person"],
        ChangeKind.REMOVE: ["removed this person from the class"],
        ChangeKind.RESTORE: ["restored this person"],
        ChangeKind.EXTERNAL_ID: ["changed the school id from nothing to ada@school.example"],
        ChangeKind.CLASS: ["created the class “Nightshift”"],
        ChangeKind.SETTINGS: [
            "changed the lessons that are switched off from none to producing",
            "changed the due date from nothing to 4 December 2099, 22:59 UTC",
            "changed the rule for late work from “counts in full” to “counts half”",
        ],
        ChangeKind.MERGE: ["merged the seat " + alice.slug + " into this one: 4 attempts moved"],
        ChangeKind.RESET: ["deleted 0 topics and 0 groups"],
        ChangeKind.FEED: ["showed the live feed to students", "hid the live feed from students"],
    }


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
