from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, WrongWay, done, not_begun, not_yet
from lessons.course.queues_share_groups.steps import (
    BEGIN,
    CREATE,
    GIVEN_UP,
    SHOWN,
    TOPIC,
    another_job,
    job_asked,
    run,
)
from lessons.course.queues_share_groups.workshop import (
    LIMIT,
    Workshop,
    has_given_up,
    no_group,
    not_ready,
    seen_in,
    tried_in,
)


def asked(seed: str) -> str:
    return job_asked(seed, GIVEN_UP)


def with_job(then: Callable[[str], list[Step]]) -> StepsFor:
    """Steps: the jobs are sent, and then those that are made of the one that is asked for."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        yield from BEGIN
        yield from then(asked(seed))

    return steps


class GivenUp(Exercise):
    id = GIVEN_UP
    reads_topics = (TOPIC,)
    reads_groups = True
    title = "A job that nobody can do"
    points = 2
    todo = "Have a share group of your own give up exactly one job, after five deliveries, and do all the others."
    hint = "What does a member say of a record that somebody may try again? Take another group.id than the lesson's."
    solution: ClassVar = staticmethod(with_job(lambda job: [run("mechanics", job)]))
    wrong_ways: ClassVar = [
        WrongWay([CREATE], "not-sent"),
        WrongWay(BEGIN, "no-group"),
        WrongWay([*BEGIN, run("workshop", SHOWN)], "none-failed"),
        WrongWay(with_job(lambda job: [run("mechanics", job, rejects=True)]), "rejected"),
        WrongWay(with_job(lambda job: [run("mechanics", another_job(job))]), "other-job"),
        WrongWay(with_job(lambda job: [run("mechanics", job), Step("produce", {"topic": TOPIC, "values": "job 13"})]), "behind"),
    ]  # fmt: skip

    def task(self, evidence: Evidence, seed: str) -> str:
        return f"{self.todo} Yours: **{asked(seed)}**."

    def observe(self, evidence: Evidence) -> Observation:
        """What this seat's share groups have done with the jobs."""
        return seen_in(evidence)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        job = asked(seed)
        expected = (
            f"a share group that has given up exactly {job} after {LIMIT} deliveries, and has done all other jobs"
        )
        if verdict := not_ready(observation, expected=expected, say=not_begun) or no_group(
            observation, expected=expected, say=not_begun
        ):
            return verdict
        if not (tried := tried_in(observation)):
            return not_begun(
                f"But for {SHOWN}, which the lesson's own form has fail, no share group has dropped a job.",
                expected=expected, misconception="none-failed", why=self.hint,
            )  # fmt: skip
        if right := [each for each in tried if has_given_up(each, job)]:
            return done(
                f"Group {right[-1]['group']} was given {job} {LIMIT} times and gave it up. The others are done: nothing is left."
            )
        return _not_yet(tried[-1], job, expected=expected)


def _not_yet(group: Workshop, job: str, *, expected: str) -> Verdict:
    """Of the group that has tried it last."""
    say: dict[str, Any] = {"expected": expected}
    if job in group["rejected"]:
        return not_yet(
            f"Group {group['group']} has rejected {job}.", **say, misconception="rejected",
            why="Who rejects a record says that nobody shall try it again. How does it get a second delivery?",
        )  # fmt: skip
    if group["given_up"] != [job] or group["rejected"]:
        dropped = ", ".join([*group["given_up"], *group["rejected"]])
        return not_yet(
            f"Group {group['group']} has dropped {dropped}.", **say, misconception="other-job",
            why="Take another group.id: for this one, what it has dropped is over.",
        )  # fmt: skip
    return not_yet(
        f"Group {group['group']} has given up {job}, and has not done all others.", **say, misconception="behind",
        why="Run the same group once more.",
    )  # fmt: skip
