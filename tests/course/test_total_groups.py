"""The judges of the lessons about places of groups and about transactions, whatever was observed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st

from lessons.course.a_broker_goes_down.checks import BackAtItsPlace, InTheGap, WhoTakesOver
from lessons.course.a_broker_goes_down.steps import alarm_asked
from lessons.course.a_broker_goes_down.who_takes_over import CHOICES as FATES
from lessons.course.a_group_shares_the_work.one_too_many import OneTooMany, right
from lessons.course.a_group_shares_the_work.taken import CHOICES as LOSSES
from lessons.course.a_group_shares_the_work.taken import Taken
from lessons.course.a_group_shares_the_work.what_it_costs import WhatItCosts
from lessons.course.a_group_shares_the_work.what_it_costs import asked as larger
from lessons.course.commit_crash_read_again.checks import Never, Twice, WhichRide
from lessons.course.commit_crash_read_again.steps import VALUES
from lessons.course.commit_crash_read_again.which_ride import CHOICES as RIDES
from lessons.course.exercise import Exercise
from lessons.course.lag_and_replay.and_forward import AndForward
from lessons.course.lag_and_replay.back_to_a_moment import BackToAMoment
from lessons.course.lag_and_replay.while_it_runs import CHOICES as EFFECTS
from lessons.course.lag_and_replay.while_it_runs import WhileItRuns
from lessons.course.queues_share_groups.given_up import GivenUp
from lessons.course.queues_share_groups.overtaken import Overtaken, deliveries
from lessons.course.queues_share_groups.overtaken import asked as workshop_asked
from lessons.course.queues_share_groups.steps import POSSIBLE
from lessons.course.queues_share_groups.who_works import CHOICES as WORKERS
from lessons.course.queues_share_groups.who_works import WhoWorks
from lessons.course.transactions.all_or_none import AllOrNone
from lessons.course.transactions.stands_still import StandsStill
from lessons.course.transactions.which_offset import CHOICES as TAKEN
from lessons.course.transactions.which_offset import WhichOffset
from lessons.course.two_groups_two_places.both_at_the_end import BothAtTheEnd, asked
from lessons.course.two_groups_two_places.missed import CHOICES as ROWS
from lessons.course.two_groups_two_places.missed import Missed
from lessons.course.two_groups_two_places.where_next import WhereNext
from lessons.course.what_delivered_means.can_it_be_read import CHOICES as TAKEN_BY_ONE
from lessons.course.what_delivered_means.checks import CanItBeRead, NotReadableYet, TwoOfThree, WhatItTakes
from lessons.course.what_delivered_means.steps import receipt_asked
from tests.course.test_total_second_half import anything, counts, ids, moments, predictions, small, unprefixed
from tests.course.total import SEED, always_answers

groups = st.sampled_from(["billing", "repair", "map"])
place = st.fixed_dictionaries({"group": groups, "partition": counts, "committed": small | st.just(999)})
span = st.tuples(small, small).map(sorted)
placed = {
    "topic_id": ids, "spans": st.dictionaries(st.sampled_from(["0", "1"]), span), "places": st.lists(place, max_size=4),
    "unprefixed": unprefixed,
}  # fmt: skip
numbers = st.sampled_from([*asked(SEED), asked(SEED)[0] * asked(SEED)[1], 0]) | anything
times = st.lists(moments, max_size=3).map(sorted)
rising = st.lists(st.integers(1, 2**60), max_size=5, unique=True).map(
    lambda each: [list(pair) for pair in enumerate(sorted(each))]
)

bounds = st.tuples(small, small, small).map(sorted)
stretch = st.lists(small, max_size=6, unique=True).map(sorted)
booked = {
    "topic_id": ids, "spans": st.dictionaries(st.sampled_from(["0", "1"]), bounds), "unprefixed": unprefixed,
    "given": st.dictionaries(st.sampled_from(["0", "1"]), stretch),
    "aborted": st.dictionaries(st.sampled_from(["0", "1"]), stretch),
}  # fmt: skip
opened = st.lists(st.tuples(small, small).map(sorted), max_size=3)

shares = st.lists(st.lists(counts, max_size=3, unique=True).map(sorted), max_size=5).map(sorted)
sharing = st.fixed_dictionaries(
    {"group": groups, "protocol": st.sampled_from(["classic", "consumer", "other"]), "shares": shares}
)
shared = {
    "partitions": st.none() | counts, "topic_id": ids, "unprefixed": unprefixed, "sharings": st.lists(sharing, max_size=4),
    "typed": st.none() | st.lists(st.sampled_from([*right(SEED), larger(SEED), larger(SEED) // 2, 0, 1]) | anything, max_size=3),
}  # fmt: skip

ride = st.sampled_from(["ride 1", "ride 4", "ride 10", "another"])
charges = st.dictionaries(st.sampled_from(VALUES) | ride, st.integers(1, 3))
charged = {
    "topic_id": ids, "unprefixed": unprefixed, "rides": st.just(dict.fromkeys(VALUES, 1)) | charges,
    "charged": st.dictionaries(groups, charges, max_size=3), "at_the_end": st.lists(groups, max_size=3, unique=True),
    "latest": st.permutations(["billing", "repair", "map"]),
}  # fmt: skip

job = st.sampled_from([*POSSIBLE, "job 4", "another"])
dropped = st.lists(job, max_size=2, unique=True).map(sorted)
workshop = st.fixed_dictionaries(
    {"group": groups, "left": small, "given_up": dropped, "rejected": dropped, "overtook": st.dictionaries(job, small)}
)
queued = {
    "topic_id": ids, "unprefixed": unprefixed, "partitions": st.none() | st.just(1) | counts,
    "missing": st.just([]) | st.lists(job, max_size=2), "moments": times,
}  # fmt: skip
worked = {**queued, "groups": st.lists(workshop, max_size=3)}

standing = {
    "topic_id": st.text(max_size=2), "leader": st.none() | st.integers(1, 3), "in_sync": st.integers(0, 3),
    "replicas": st.permutations([1, 2, 3]) | st.just([1]), "end": st.integers(0, 5),
}  # fmt: skip
alarmed = st.fixed_dictionaries(
    {
        **standing,
        "foretold": st.none() | st.sampled_from(FATES),
        "values": st.dictionaries(st.just(alarm_asked(SEED)), st.integers(1, 3)),
    }
)
copied = {"states": st.lists(alarmed, max_size=5), "unprefixed": unprefixed}
receipts = st.dictionaries(st.just(receipt_asked(SEED)), st.integers(0, 5))
demanding = st.fixed_dictionaries(
    {**standing, "demanded": st.sampled_from(["", "2", "3"]), "values": receipts, "reported": receipts}
)
delivered = {"states": st.lists(demanding, max_size=4), "unprefixed": unprefixed}

SEEN: list[tuple[Exercise, dict[str, st.SearchStrategy[Any]]]] = [
    (
        BothAtTheEnd(),
        {**placed, "again": st.lists(groups, max_size=2), "typed": st.none() | st.lists(numbers, max_size=3)},
    ),
    (Missed(), {"predictions": predictions(ROWS), "sent": times, "passed": times}),
    (WhereNext(), {**placed, "typed": st.none() | st.lists(anything | small, max_size=4)}),
    (
        WhileItRuns(),
        {
            "predictions": predictions(EFFECTS),
            "tries": times,
            "places": st.lists(place, max_size=2),
            "is_back": st.booleans(),
        },
    ),
    (
        BackToAMoment(),
        {
            **placed,
            "times": rising,
            "back": st.lists(st.tuples(groups, small, small).map(list), max_size=3),
            "has_tried": st.booleans(),
        },
    ),
    (
        AndForward(),
        {
            **placed,
            "times": rising,
            "back": st.lists(st.tuples(groups, small).map(list), max_size=3),
            "typed": st.none() | st.lists(anything | small, max_size=3),
        },
    ),
    (
        Taken(),
        {
            "predictions": predictions(LOSSES),
            "sharings": st.lists(sharing, max_size=2),
            "foretold": st.none() | st.sampled_from(LOSSES),
            "was_seen": st.booleans(),
            "runs": times,
        },
    ),
    (OneTooMany(), shared),
    (WhatItCosts(), shared),
    (WhichRide(), {**charged, "predictions": predictions(RIDES), "again": times}),
    (Twice(), charged),
    (Never(), charged),
    (WhoWorks(), {**queued, "predictions": predictions(WORKERS)}),
    (GivenUp(), worked),
    (
        Overtaken(),
        {
            **worked,
            "typed": st.none()
            | st.lists(
                st.sampled_from([deliveries(SEED), *workshop_asked(SEED)[1:], 0, 1]) | anything | small, max_size=3
            ),
        },
    ),
    (WhoTakesOver(), {**copied, "predictions": predictions(FATES)}),
    (InTheGap(), copied),
    (BackAtItsPlace(), {**copied, "typed": st.none() | st.lists(st.integers(0, 7) | anything, max_size=3)}),
    (TwoOfThree(), delivered),
    (NotReadableYet(), delivered),
    (
        CanItBeRead(),
        {
            "states": st.lists(
                st.fixed_dictionaries({**standing, "by_one": st.dictionaries(moments, st.integers(0, 5), max_size=2)}),
                max_size=3,
            ),
            "predictions": predictions(TAKEN_BY_ONE),
        },
    ),
    (
        WhatItTakes(),
        {"was_refused": st.booleans(), "typed": st.none() | st.lists(st.integers(0, 7) | anything, max_size=3)},
    ),
    (WhichOffset(), {"predictions": predictions(TAKEN), "behind": times}),
    (AllOrNone(), {**booked, "typed": anything | small}),
    (StandsStill(), {**booked, "open": opened, "typed": anything | small}),
]


@pytest.mark.parametrize(("exercise", "parts"), SEEN, ids=[exercise.id for exercise, _ in SEEN])
def test_whatever_was_observed_has_a_verdict(exercise: Exercise, parts: dict[str, st.SearchStrategy[Any]]) -> None:
    always_answers(exercise, parts, states=("done", "not_yet"))
