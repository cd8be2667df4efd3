"""How several workers share the suite: one set of brokers for all, a file on one worker, and the long ones first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.running_brokers import NAMED, running_brokers

ONE_APP = "tests/browser/"
OWN_BROKERS = "tests/outages/"
A_PROJECT = "a project"  # a copy of it, with brokers of its own
TOGETHER = {
    "tests/browser/test_all_lessons.py": A_PROJECT,
    "tests/browser/test_class.py": A_PROJECT,
}
LONG = (
    OWN_BROKERS, ONE_APP, A_PROJECT, "tests/kafkaclass/test_postgresql.py", "tests/kafkaclass/test_up.py", "tests/course/test_course.py",
    "tests/classroom/exports/test_notebook.py", "tests/embedded/test_cluster.py", "tests/course/acts/test_produce_settings.py",
)  # fmt: skip


def scope_of(nodeid: str) -> str:
    """What runs on one worker."""
    file = nodeid.partition("::")[0]
    folder = next((folder for folder in (ONE_APP, OWN_BROKERS) if file.startswith(folder)), file)
    return TOGETHER.get(file, folder)


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that are marked as long, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: _place(LONG, scope_of(item.nodeid)))


def _place(order: Sequence[str], scope: str) -> int:
    return order.index(scope) if scope in order else len(order)


def pytest_configure(config: pytest.Config) -> None:
    """Starts the brokers before there are workers: they inherit the name."""
    if not config.getoption("numprocesses", None) or NAMED in os.environ:
        return
    started = ExitStack()
    config.add_cleanup(started.close)
    folder = started.enter_context(TemporaryDirectory())
    os.environ[NAMED] = started.enter_context(running_brokers(Path(folder))).bootstrap_servers
