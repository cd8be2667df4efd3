"""What lesson 14 makes of evidence that the course's own test does not come by."""

from __future__ import annotations

import pytest

from lessons.course.commit_crash_read_again.checks import Never, Twice
from lessons.course.commit_crash_read_again.steps import VALUES

SEED = "a seat"
ONCE = dict.fromkeys(VALUES, 1)
OTHERS = {"ride 1": 2}


def seen(*, rides: dict[str, int] = ONCE, at_the_end: tuple[str, ...] = ("mine", "other"), **charged: dict[str, int]):
    return {
        "topic_id": "x",
        "unprefixed": {},
        "rides": rides,
        "charged": charged,
        "at_the_end": [*at_the_end],
        "latest": [*charged],
    }


def times(exercise: type, count: int) -> dict[str, int]:
    """Each ride once, and those that are asked for so often."""
    return ONCE | {f"ride {number}": count for number in exercise.wanted(SEED)}


@pytest.mark.parametrize(
    ("exercise", "observation", "state", "misconception"),
    [
        (Twice, seen(mine=times(Twice, 2)), "done", ""),
        (Twice, seen(mine=times(Twice, 3)), "done", ""),  # it has crashed again
        (Twice, seen(mine=times(Twice, 2), other=ONCE | OTHERS), "done", ""),  # one group is enough
        (Twice, seen(mine=times(Twice, 2), at_the_end=()), "not_yet", "no-crash"),
        (Twice, seen(mine=times(Twice, 2) | {"ride 1": 0}), "not_yet", "no-crash"),  # and one was never charged
        (Twice, seen(mine=ONCE | OTHERS), "not_yet", "other-rides"),
        (Twice, seen(mine=ONCE), "not_yet", "no-crash"),
        (Twice, seen(rides=dict.fromkeys(VALUES, 2), mine={ride: n + 1 for ride, n in times(Twice, 2).items()}), "done", ""),  # sent once more
        (Twice, seen(rides=OTHERS, mine=times(Twice, 2)), "not_yet", "not-sent"),
        (Never, seen(mine=times(Never, 0)), "done", ""),
        (Never, seen(mine=times(Never, 0) | OTHERS), "not_yet", "no-crash"),
        (Never, seen(mine=ONCE | {"ride 1": 0}), "not_yet", "other-rides"),
    ],
)  # fmt: skip
def test_a_crash_has_to_hit_just_the_rides_that_are_asked_for(exercise, observation, state, misconception):
    verdict = exercise().judge(observation, SEED)
    assert (verdict.state, verdict.misconception) == (state, misconception)


def test_what_the_lesson_has_done_by_its_own_forms_is_no_first_try():
    payments = ONCE | {"ride 4": 2, "ride 5": 2}
    before = ONCE | {"ride 6": 0}
    observation = seen(payments=payments, before=before, at_the_end=("payments", "before"))
    for exercise in (Twice(), Never()):
        assert not exercise.judge(observation, SEED).is_begun
        assert exercise.shown not in [exercise.wanted(str(seat)) for seat in range(300)]


def test_each_stretch_is_hit_by_its_batch_and_its_crash():
    """Reckoned once more, record by record."""
    for exercise, commits_before in ((Twice, False), (Never, True)):
        for stretch in exercise.stretches:
            committed = stretch.crash_after // stretch.batch * stretch.batch
            committed += stretch.batch if commits_before else 0
            done = [*range(1, stretch.crash_after + 1), *range(committed + 1, 11)]
            hit = [ride for ride in range(1, 11) if done.count(ride) == (0 if commits_before else 2)]
            assert hit == list(range(stretch.first, stretch.last + 1))
