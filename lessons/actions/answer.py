from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from lessons.actions.base import Action, Answer, Where
from lessons.cluster.namespace import Namespace

Text = Annotated[str, Field(max_length=500)]


class AnswerQuestions(Action):
    """What a learner typed, marked or predicted. It asks nothing of Kafka, and is kept like any other act: a check
    reads it, and a prediction has to be older than what it predicts."""

    kind: ClassVar[str] = "answer"
    title: ClassVar[str] = "Answer"
    submit: ClassVar[str] = "Answer"
    asks_kafka: ClassVar[bool] = False

    exercise: str = Field(title="Exercise", max_length=80)
    answers: Mapping[str, Text | int | bool | list[Text] | None] = Field(title="Answers", max_length=40)

    def run(self, namespace: Namespace) -> Answer:
        return Answer(words="Noted.")

    def python(self, where: Where) -> str:
        return ""

    def command(self, where: Where) -> str:
        return ""

    def feed_line(self) -> str:
        return f"answer “{self.exercise.rpartition('.')[2].replace('-', ' ')}”"
