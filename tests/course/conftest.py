"""What the tests of acts and of exercises share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from lessons.classroom.models import Member
from lessons.classroom.perform import perform
from lessons.course.acts import ACTIONS
from lessons.course.exercise import Step
from tests.kafka_tools import write_tools

Do = Callable[..., None]


@pytest.fixture
def do(alice: Member, kafka: str) -> Do:
    """Takes steps as Alice."""

    def steps(*steps: Step) -> None:
        for step in steps:
            perform(alice, ACTIONS[step.kind].model_validate(step.fields), act_id=uuid4())

    return steps


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `kafka-topics.sh` and the others, as Kafka's own distribution has them."""
    folder = tmp_path_factory.mktemp("kafka-tools")
    write_tools(folder)
    return folder
