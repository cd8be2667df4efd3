"""What the two exercises have in common that ask for rides which a crash has hit: charged twice, or never."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from lessons.course.commit_crash_read_again.charges import Counts, listed, not_ready, seen_in
from lessons.course.commit_crash_read_again.steps import BEGIN, DONE, TOPIC, crash_and_go_on
from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Observation, Step, StepsFor, Verdict, done, not_begun, not_yet
from lessons.course.seeded import seeded_choice


class Stretch(NamedTuple):
    """Rides that stand next to each other, and how a crash hits just these: by a worker that commits so many at once, and
    crashes after so many."""

    first: int
    last: int
    batch: int
    crash_after: int


class StretchExercise(Exercise):
    """One group is enough: whoever wants to begin anew takes another group.id."""

    reads_topics = (TOPIC, DONE)
    reads_groups = True
    points = 2
    hit: ClassVar[str]  # "twice" or "never"
    stretches: ClassVar[list[Stretch]]  # one of which a seat is asked for
    shown: ClassVar[list[int]]  # what the lesson's own forms hit: that is no try

    @classmethod
    def asked(cls, seed: str) -> Stretch:
        return cls.stretches[seeded_choice(range(len(cls.stretches)), seed)]

    @classmethod
    def wanted(cls, seed: str) -> list[int]:
        stretch = cls.asked(seed)
        return list(range(stretch.first, stretch.last + 1))

    def task(self, evidence: Evidence, seed: str) -> str:
        return f"{self.todo} Yours: **{listed(self.wanted(seed))}**."

    def observe(self, evidence: Evidence) -> Observation:
        """How often each ride was finished, and charged by each group; and which groups have read all."""
        return seen_in(evidence)

    def judge(self, observation: Observation, seed: str) -> Verdict:
        wanted = self.wanted(seed)
        expected = f"a group that has read all of {TOPIC} and has charged exactly {listed(wanted)} {self.hit}"
        if verdict := not_ready(observation, expected=expected, say=not_begun):
            return verdict
        tried = {
            group: found
            for group, charged in observation["charged"].items()
            if group in observation["at_the_end"]
            and (found := self.hits(observation["rides"], charged)) not in ([], self.shown)
        }
        if not tried:
            return not_begun(
                f"But for {listed(self.shown)}, which the lesson's own forms hit, no group at the end of {TOPIC} was found that has "
                f"charged only a ride {self.hit}.", expected=expected, misconception="no-crash",
                why=f"{self.hint} Take another group.id; and after the crash a worker of the same group reads the rest.",
            )  # fmt: skip
        if wanted in tried.values():
            group = next(group for group, found in tried.items() if found == wanted)
            return done(f"Group {group} has charged {listed(wanted)} {self.hit}, and has read everything.")
        group = max(tried, key=observation["latest"].index)
        found = tried[group]
        return not_yet(
            f"Group {group} has charged {listed(found)} {self.hit}.", expected=expected, misconception="other-rides",
            why="What was hit lies between a commit and a crash: how many records are committed at once, and when does it crash? Begin anew with another group.id.",
        )  # fmt: skip

    @abstractmethod
    def hits(self, rides: Counts, charged: Counts) -> list[int]:
        """The rides that this group has charged twice, or never; none if a crash has hit it the other way, too."""


def crashed(exercise: type[StretchExercise], group: str, commit: str) -> StepsFor:
    """Steps: a worker crashes where it hits the rides that are asked for; then one does the rest."""

    def steps(evidence: Evidence, seed: str) -> Iterator[Step]:
        stretch = exercise.asked(seed)
        yield from BEGIN
        yield from crash_and_go_on(group, commit, batch=stretch.batch, crash_after=stretch.crash_after)

    return steps
