"""The code that is shown: it fits its box, begins as the notebook does, and is code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lessons.cluster import clients
from lessons.cluster.namespace import Namespace
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import SHOWN_CHARACTERS, Action, Where
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.loader import lessons

# Three brokers at ports of five digits, and a class and a seat as they are named.
SERVERS = "127.0.0.1:45671,127.0.0.1:45672,127.0.0.1:45673"
WHERE = Where(namespace=Namespace("kafka", "7KQ4"), bootstrap_servers=SERVERS)
ON_A_LAPTOP = replace(WHERE, laptop_servers="192.168.178.117:9192,192.168.178.117:9193,192.168.178.117:9194")
WITHOUT_CODE = {"submit-answers"}


@pytest.fixture(autouse=True)
def three_brokers() -> Iterator[None]:
    """What forms are filled with comes from the cluster's address; nothing is asked here."""
    try:
        before = clients.connection()
    except RuntimeError:
        before = clients.Connection("127.0.0.1:1")
    clients.configure(clients.Connection(SERVERS))
    yield
    clients.configure(before)


def shown() -> Iterator[tuple[str, Action]]:
    """Every act as its example has it, and as each lesson fills it in."""
    for kind, action in ACTIONS.items():
        yield kind, action.model_validate(action.example)
    for lesson in lessons():
        for number, block in enumerate(lesson.notebook):
            if block.kind in ("act", "cell", "stream"):
                made_up: dict[str, Any] = {"group_id": "readers-7f3a"} if block.name == "consume" else {}
                action = ACTIONS[block.name]
                fields = {**made_up, **action.filled(block.fields or {})}
                yield f"{lesson.slug} {number} {block.name}", action.model_validate(fields)


def code_of(action: Action) -> list[str]:
    """But for the command lines on a broker's own machine: they have a path of it."""
    return [action.python(WHERE), action.cell(WHERE), *([] if action.roles else [action.command(WHERE)])]


def too_wide(code: str) -> list[str]:
    return [line for line in code.splitlines() if len(line) > SHOWN_CHARACTERS]


def of_ours() -> list[tuple[str, Action]]:
    return [(name, action) for name, action in shown() if action.kind not in WITHOUT_CODE]


def test_no_line_is_wider_than_its_box():
    found = {name: too_wide(code) for name, action in of_ours() for code in code_of(action) if too_wide(code)}
    assert found == {}


def test_two_of_the_three_addresses_are_named_on_top_as_in_the_notebook():
    for name, action in of_ours():
        for code in (action.python(WHERE), action.cell(WHERE)):
            head = re.split(r"AdminClient\(|Producer\(|Consumer\(", code)[0]
            assert f'brokers = "{WHERE.brokers}"' in head, name
            assert "45673" not in code, name
            assert '"bootstrap.servers": brokers' in code, name


def test_a_topic_is_named_once_on_top():
    for name, action in of_ours():
        fields = action.model_dump()
        if topic := fields.get("topic", fields.get("name")):
            code = action.python(WHERE)
            assert f'topic = "kafka.7KQ4.{topic}"\n' in code, name
            assert code.count(f"kafka.7KQ4.{topic}") == 1, name


def test_it_is_python():
    for _, action in shown():
        ast.parse(action.python(WHERE))
        ast.parse(action.cell(WHERE))


def test_addresses_that_are_too_long_for_one_line_have_a_line_each():
    servers = "kafka-broker-1.example.org:9092,kafka-broker-2.example.org:9092,kafka-broker-3.example.org:9092"
    code = CreateTopic(name="test1p").python(Where(namespace=WHERE.namespace, bootstrap_servers=servers))
    assert too_wide(code) == []
    [assigned] = [
        node for node in ast.parse(code).body if isinstance(node, ast.Assign) and node.targets[0].id == "brokers"
    ]
    assert ast.literal_eval(assigned.value) == servers.rpartition(",")[0]


def test_settings_of_a_new_topic_have_a_line_each():
    config = "retention.ms=86400000\nmin.insync.replicas=2\nmax.compaction.lag.ms=9223372036854775807"
    action = CreateTopic(name="test1p", partitions=12, replicas=3, config=config)
    assert [too_wide(code) for code in code_of(action)] == [[], [], []]
    ast.parse(action.python(WHERE))


def test_on_a_laptop_a_program_reads_its_settings_and_a_tool_is_told_its_file():
    for name, action in of_ours():
        programs = (action.python(ON_A_LAPTOP), action.cell(ON_A_LAPTOP))
        for code in programs:
            ast.parse(code)
            assert code.count('config = json.load(open("kafka.json"))\n') == 1, name
            assert code.count("import json\n") == 1, name
        commands = [action.command(ON_A_LAPTOP)] if not action.roles else []
        for command in commands:
            assert command.count("--bootstrap-server ") == command.count("--command-config client.properties"), name
        for code in (*programs, *commands):
            assert "127.0.0.1" not in code, name
            assert too_wide(code) == [], name


def test_what_a_laptop_may_not_do_is_said_above_its_code():
    refused = {action.kind for _, action in shown() if "From a laptop this is refused" in action.python(ON_A_LAPTOP)}
    assert refused == {"add-partitions", "elect-leader"}
    assert not any("laptop" in code for _, action in shown() for code in code_of(action))
