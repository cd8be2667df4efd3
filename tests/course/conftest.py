"""What the tests of acts and of exercises share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kafka_tools import write_tools


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `kafka-topics.sh` and the others, as Kafka's own distribution has them."""
    folder = tmp_path_factory.mktemp("kafka-tools")
    write_tools(folder)
    return folder
