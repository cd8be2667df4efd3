"""My programs, and what lessons show, where laptops reach the brokers and where they don't. With real clients on such a
cluster: tests/classroom/test_laptops.py."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("kafka")

SERVERS = "192.0.2.7:9192,192.0.2.7:9193,192.0.2.7:9194"
ONE_LINE = "config = json.load(open("


@pytest.fixture
def laptops(settings) -> None:
    settings.LAPTOP_SERVERS = SERVERS


def read(client, name: str, *args: str) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def test_where_laptops_reach_nothing_the_page_says_so_and_all_code_is_for_the_classs_machine(alice, alice_client):
    klass = alice.klass.slug
    page = read(alice_client, "programs", klass)
    assert "--kafka-host" in page
    assert "Make my user" not in page
    assert alice_client.post(reverse("programs", args=[klass]), {"do": "make"}).status_code == 404
    assert alice_client.get(reverse("program-file", args=[klass, "kafka.json"])).status_code == 302
    lesson = read(alice_client, "lesson", klass, "creating-topics")
    assert "Runs as is on the class's machine" in lesson
    assert "kafka.json" not in lesson
    assert ONE_LINE not in read(alice_client, "notebook", klass, "creating-topics")


def test_where_they_do_code_and_notebooks_and_scripts_are_for_the_laptop(alice, alice_client, laptops):
    klass = alice.klass.slug
    assert "Make my user" in read(alice_client, "programs", klass)
    lesson = read(alice_client, "lesson", klass, "creating-topics")
    assert "Runs as is on your own laptop" in lesson
    assert ONE_LINE in re.sub(r"<[^>]+>", "", lesson)
    notebook = json.loads(read(alice_client, "notebook", klass, "creating-topics"))
    first, *others = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert "your own laptop" in first
    assert any(ONE_LINE in source for source in others)
    assert "client.properties" in read(alice_client, "session-script", klass)


def test_a_cell_in_the_page_finds_the_same_file_without_a_password(alice, alice_client, laptops, kafka):
    page = read(alice_client, "lesson", alice.klass.slug, "creating-topics")
    data = json.loads(re.search(r'<script id="cells-data" type="application/json">(.*?)</script>', page)[1])
    assert {name: json.loads(text) for name, text in data["files"].items()} == {
        "kafka.json": {"bootstrap.servers": kafka}
    }


def test_nobody_gets_a_file_before_there_is_a_user_or_one_of_another_name(alice, alice_client, laptops):
    klass = alice.klass.slug
    for name in ("kafka.json", "client.properties", "ca.pem"):
        answer = alice_client.get(reverse("program-file", args=[klass, name]))
        assert answer.headers["Location"] == reverse("programs", args=[klass])
    assert alice_client.get(reverse("program-file", args=[klass, "secret-key"])).status_code == 404
    for what in ("show", "change", "anything"):
        assert alice_client.post(reverse("programs", args=[klass]), {"do": what}).status_code == 404
