from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from lessons.cluster.namespace import Namespace
from lessons.course.acts.base import About, Action, Answer, Where
from lessons.words import _, gettext_noop

MOST_CHARACTERS = 4000
KEPT_TIMES = 10
Text = Annotated[str, Field(max_length=500)]


class SubmitAnswers(Action):
    """Save what a student typed, marked or predicted.

    It asks nothing of Kafka, but is stored like any other act: a check reads it, and a prediction has to be older than
    what it predicts.
    """

    kind: ClassVar[str] = "submit-answers"
    title: ClassVar[str] = gettext_noop("Answer")
    submit: ClassVar[str] = gettext_noop("Answer")
    about: ClassVar[About] = ""
    did: ClassVar[str] = gettext_noop("answered %(what)s")
    doing: ClassVar[str] = gettext_noop("answering %(what)s")
    example: ClassVar[Mapping[str, Any]] = {
        "exercise": "kafka-and-its-cluster.entry-points",
        "answers": {"brokers": 3, "broker": 2},
    }
    asks_kafka: ClassVar[bool] = False

    exercise: str = Field(title=gettext_noop("Exercise"), max_length=80)
    answers: Mapping[str, Text | int | bool | list[Text] | None] = Field(title=gettext_noop("Answers"), max_length=40)

    def weight(self) -> int:
        """Each check of the exercise keeps the answers as evidence."""
        return KEPT_TIMES * super().weight()

    @field_validator("answers")
    @classmethod
    def within_limits(cls, answers: Mapping[str, Any]) -> Mapping[str, Any]:
        if len(json.dumps(answers)) > MOST_CHARACTERS:
            raise ValueError(
                _("The answers to an exercise have at most %(most)s characters.") % {"most": MOST_CHARACTERS}
            )
        return answers

    def run(self, namespace: Namespace) -> Answer:
        return Answer(words=_("Your answer is saved."))

    def python(self, where: Where) -> str:
        return ""

    def command(self, where: Where) -> str:
        return ""

    def feed_line(self) -> str:
        return f"“{self.exercise.rpartition('.')[2].replace('-', ' ')}”"
