from __future__ import annotations

from typing import ClassVar, Literal, get_args

from pydantic import BaseModel, Field

from lessons.course.evidence import Evidence
from lessons.course.exercise import Exercise, Guess, Observation, Verdict, WrongWay, submit
from lessons.course.moments import moment_of
from lessons.course.predictions import Foretold, predictions
from lessons.course.transactions.bookings import CREATE, TOPIC, aborted_in, book

Predicted = Literal["no offset: nothing was stored", "two offsets", "three offsets"]
CHOICES = NOTHING, TWO, THREE = get_args(Predicted)
BECAUSE = (
    "Each record is stored with its offset when it is sent, long before it is known how the transaction ends. Aborted, "
    "they stay where they are, and a mark behind them says so: that takes the third offset."
)
WORDS = Foretold(
    said={
        NOTHING: f"It takes three. {BECAUSE}",
        TWO: f"It takes one more. {BECAUSE}",
        THREE: f"And so it is. {BECAUSE}",
    },
    expected="a prediction, after it an aborted transaction, and a record behind that",
    before="Before you saw it",
    now="Now abort a transaction, and send one more that is committed: which offset does that get?",
)


class PredictedOffsets(BaseModel):
    offsets: Predicted = Field(
        title="Two records are sent, and their transaction is aborted. What does that take in the partition?",
        json_schema_extra={"widget": "radio"},
    )


class WhichOffset(Exercise):
    id = "transactions.which-offset"
    reads_topics = (TOPIC,)
    title = "Never booked"
    points = 1
    guess = Guess("offsets", choices=CHOICES, truth=THREE)
    todo = "Predict before you abort anything; *Check now* stores it. Any guess counts, as long as it comes first."
    solution: ClassVar = [CREATE, book(), submit(id, offsets=NOTHING), book(ending="abort"), book()]
    wrong_ways: ClassVar = [
        WrongWay([CREATE, book(), submit(id, offsets=TWO)], "not-sent"),
        WrongWay([CREATE, book(), submit(id, offsets=TWO), book(ending="abort")], "not-sent"),
        WrongWay([CREATE, submit(id, offsets=THREE), book()], "not-sent"),
    ]

    def questions(self, evidence: Evidence, seed: str) -> type[BaseModel]:
        return PredictedOffsets

    def observe(self, evidence: Evidence) -> Observation:
        """The predictions, and the times of the newest records that stand behind an aborted one."""
        found = evidence.newest(TOPIC) if evidence.topic(TOPIC) else ()
        first = {
            partition: min(aborted_in(evidence, partition, found, until=end), default=end)
            for partition, (_earliest, end) in (evidence.offsets(TOPIC).items() if found else ())
        }
        behind = sorted({each.at_ms for each in found if each.at_ms and each.offset > first[each.partition]})
        return {
            "predictions": predictions(evidence, self, "offsets"),
            "behind": [moment_of(at_ms) for at_ms in behind[-5:]],
        }

    def judge(self, observation: Observation, seed: str) -> Verdict:
        return WORDS.judge(observation["predictions"], observation["behind"][-1:])
