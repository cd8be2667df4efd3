"""How several workers share the suite: one set of brokers for all, a file on one worker, and the long ones first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.classroom.laptop import PLUGGED_IN, plugged_in
from tests.kafka_tools import start_writing_aot_cache
from tests.running_brokers import NAMED, running_brokers, write_aot_cache

# What runs on one worker, by how its files begin; the first that fits. Three brokers that nobody asks anything take a
# tenth of a core, and much more when they start: so few tests have brokers of their own at the same time.
ONE_APP, STOPPED, STARTED, SUPERVISED = (
    "one app",
    "brokers that stop",
    "brokers that start",
    "brokers with a supervisor",
)
TOGETHER = {
    "tests/browser/test_all_lessons.py": STARTED,
    "tests/browser/test_class.py": STARTED,
    "tests/kafkaclass/test_up.py": STARTED,
    "tests/browser/": ONE_APP,
    "tests/programs/": ONE_APP,
    "tests/outages/": STOPPED,
    "tests/embedded/": SUPERVISED,
}
LONG = (
    STOPPED, STARTED, ONE_APP, "tests/course/test_course.py", SUPERVISED,
    "tests/kafkaclass/test_postgresql.py", "tests/course/test_any_honest_way.py", "tests/classroom/test_laptops.py",
    "tests/web/api/test_schema.py", "tests/kafkaclass/test_bootstrap.py", "tests/course/acts/test_produce_settings.py",
    "tests/classroom/exports/test_notebook.py",
)  # fmt: skip

# Files that are long as a whole, as if each of their tests were marked so: brokers that are killed and started, the course played
# from end to end, and what is done once more by another way.
LONG_FILES = (
    "tests/outages/", "tests/embedded/", "tests/programs/",
    "tests/browser/test_all_lessons.py", "tests/browser/test_class.py", "tests/browser/test_kernel.py",
    "tests/browser/test_cells.py", "tests/browser/test_original_notebook.py", "tests/browser/test_authoring.py",
    "tests/classroom/exports/test_notebook.py", "tests/classroom/test_laptops.py",
    "tests/course/test_any_honest_way.py", "tests/course/test_own_programs.py", "tests/course/acts/test_run_",
    "tests/kafkaclass/test_up.py", "tests/kafkaclass/test_postgresql.py", "tests/kafkaclass/test_doctor.py",
    "tests/kafkaclass/test_bootstrap.py", "tests/kafkaclass/test_serve.py",
)  # fmt: skip


def scope_of(nodeid: str) -> str:
    """What runs on one worker."""
    file = nodeid.partition("::")[0]
    return next((scope for beginning, scope in TOGETHER.items() if file.startswith(beginning)), file)


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    return Scheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that are marked as long, too")
    parser.addoption("--every-way", action="store_true", help="do everything in every way, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(LONG_FILES):
            item.add_marker("long")
    for mark, option in (("long", "--long"), ("every_way", "--every-way")):
        if not config.getoption(option):
            left_out = [item for item in items if item.get_closest_marker(mark)]
            items[:] = [item for item in items if not item.get_closest_marker(mark)]
            config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: _place(LONG, scope_of(item.nodeid)))


def _place(order: Sequence[str], scope: str) -> int:
    return order.index(scope) if scope in order else len(order)


def pytest_configure(config: pytest.Config) -> None:
    """Starts the brokers and plugs in the laptop before there are workers: they inherit the names."""
    if not config.getoption("numprocesses", None) or NAMED in os.environ:
        return
    started = ExitStack()
    config.add_cleanup(started.close)
    cable = started.enter_context(plugged_in())
    os.environ[PLUGGED_IN] = f"{cable.host} {cable.namespace}"
    folder = started.enter_context(TemporaryDirectory())
    write_aot_cache()
    os.environ[NAMED] = started.enter_context(running_brokers(Path(folder))).bootstrap_servers
    if writer := start_writing_aot_cache(os.environ[NAMED]):
        started.callback(writer.wait)
