from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import Action, Answer, Where

Text = Annotated[str, Field(max_length=500)]


class SubmitAnswers(Action):
    """What a learner typed, marked or predicted. It asks nothing of Kafka, and is kept like any other act: a check
    reads it, and a prediction has to be older than what it predicts."""

    kind: ClassVar[str] = "submit-answers"
    title: ClassVar[str] = "Answer"
    submit: ClassVar[str] = "Answer"
    example: ClassVar[Mapping[str, Any]] = {"exercise": "kafka-and-its-cluster.entry-points", "answers": {}}
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
