from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field, create_model

from lessons.course.evidence import Evidence
from lessons.course.exercise import (
    Exercise,
    Observation,
    Step,
    StepsFor,
    Verdict,
    WrongWay,
    done,
    not_begun,
    not_yet,
    submit,
)
from lessons.course.queues_share_groups.steps import BEGIN, OVERTAKEN, TOPIC, job_asked, run
from lessons.course.queues_share_groups.workshop import LIMIT, has_given_up, not_ready, seen_in
from lessons.course.seeded import seeded_choice

MANY, FAILING = range(40, 91), range(3, 10)
EXPECTED = "the share group of the exercise before, and the two numbers"


def asked(seed: str) -> tuple[str, int, int]:
    """The job, and of the larger workshop: how many jobs wait, and how many of them fail each time."""
    return job_asked(seed, OVERTAKEN), seeded_choice(MANY, f"{seed} many"), seeded_choice(FAILING, f"{seed} failing")


def deliveries(seed: str) -> int:
    _job, many, failing = asked(seed)
    return many + (LIMIT - 1) * failing


def typed(answer: Callable[[int, str], tuple[int, int]]) -> StepsFor:
    """Steps: the group of the exercise before, and then two numbers, made of the right first one and the seed."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from BEGIN
        job, _many, _failing = asked(seed)
        yield run("mechanics", job)
        [group] = seen_in(evidence)["groups"]
        overtook, in_all = answer(group["overtook"][job], seed)
        yield submit(OVERTAKEN, overtook=overtook, deliveries=in_all)

    return steps


class Overtaken(Exercise):
    id = OVERTAKEN
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "Overtaken"
    points = 2
    todo = "Read what became of the jobs in your share group. Then work out how much work a larger one has."
    hint = "Look for the last line of your job, and count the jobs with a larger offset above it. What was their delivery good for?"
    solution: ClassVar = staticmethod(typed(lambda overtook, seed: (overtook, deliveries(seed))))
    wrong_ways: ClassVar = [
        WrongWay([*BEGIN, run("mechanics"), submit(OVERTAKEN, overtook=0, deliveries=1)], "no-group"),
        WrongWay(typed(lambda _overtook, seed: (0, deliveries(seed))), "order-holds"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        job, many, failing = asked(seed)
        overtook: Any = (int, Field(title=f"Jobs behind {job} that were over before it was", ge=0, lt=10**6))
        in_all: Any = (
            int,
            Field(title=f"Elsewhere {many} jobs wait, and {failing} of them fail each time. Deliveries in all", ge=0, lt=10**6),
        )  # fmt: skip
        return create_model("Overtaken", overtook=overtook, deliveries=in_all)

    def observe(self, evidence: Evidence) -> Observation:
        """What this seat's share groups have done with the jobs, and what was typed."""
        return {**seen_in(evidence), "typed": evidence.typed(self.id, "overtook", "deliveries")}

    def judge(self, observation: Observation, seed: str) -> Verdict:
        typed, job = observation["typed"], asked(seed)[0]
        say = not_begun if typed is None else not_yet
        if verdict := not_ready(observation, expected=EXPECTED, say=say):
            return verdict
        groups = [each for each in observation["groups"] if has_given_up(each, job)]
        if not groups:
            return say(
                f"No share group of yours has given up {job} and done all others.", expected=EXPECTED,
                misconception="no-group", why="The exercise before this one comes first.",
            )  # fmt: skip
        where = f"Group {groups[-1]['group']} has given up {job}"
        match typed:
            case [int(overtook), int(in_all)]:
                right = [each for each in groups if each["overtook"].get(job) == overtook]
                return _numbers(overtook, in_all, seed, is_right=bool(right), where=where)
            case _:
                return say(f"{where}. The two numbers were not typed yet.", expected=EXPECTED)


def _numbers(overtook: int, in_all: int, seed: str, *, is_right: bool, where: str) -> Verdict:
    job, many, failing = asked(seed)
    if is_right and in_all == deliveries(seed):
        return done(
            f"{overtook} jobs behind {job} were over before it was: a share group keeps no order. And {failing} jobs that "
            f"fail cost {in_all - many} deliveries more."
        )
    if not is_right and overtook == 0:
        name, why = "order-holds", f"While {job} was given back, what did the other members do?"
    elif not is_right:
        name, why = "other-number", f"Count the jobs with a larger offset in the lines above the last one of {job}."
    elif in_all == many:
        name, why = "given-once", "How often is a job delivered that is released each time?"
    elif in_all == many + LIMIT * failing:
        name, why = (
            "one-too-many",
            f"A job that fails is delivered {LIMIT} times in all. One of them is counted already.",
        )
    else:
        name, why = "other-number", "How often is a job delivered that succeeds, and how often one that never does?"
    return not_yet(f"{where}. The two numbers are not right yet.", expected=EXPECTED, misconception=name, why=why)
