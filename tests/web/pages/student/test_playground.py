"""The playground: every act by its form, and the session as files."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from lessons.classroom.playground import offered
from lessons.classroom.scenes.steps import read_file
from lessons.course.acts import ACTIONS

pytestmark = pytest.mark.usefixtures("kafka")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(alice):
    return lambda name, *args: reverse(name, args=[alice.klass.slug, *args])


@pytest.fixture
def do(address, alice_client):
    def post(kind: str, *, htmx: bool = True, **fields):
        data = {"act_id": str(uuid4()), **fields}
        return alice_client.post(address("playground-act", kind), data, headers=HTMX if htmx else {})

    return post


def test_every_act_that_a_seat_may_do_can_be_picked_and_its_form_is_there(alice, alice_client, address):
    page = alice_client.get(address("playground")).content.decode()
    kinds = [action.kind for action in offered(alice)]
    assert set(kinds) == {kind for kind, action in ACTIONS.items() if action.about and not action.roles}
    for kind in kinds:
        assert f'hx-get="{address("playground-act", kind)}"' in page
        card = alice_client.get(address("playground-act", kind), headers=HTMX).content.decode()
        place = "stream-consume" if kind == "consume" else f"act-{kind}"
        assert f'id="{place}"' in card
        assert f'data-place="{place}"' in page
        assert place in alice_client.get(address("playground-act", kind)).content.decode()  # without htmx: a page
    for kind in ("stop-broker", "submit-answers", "nothing"):
        assert alice_client.get(address("playground-act", kind)).status_code == 404
        assert alice_client.get(address("playground"), {"act": kind}).status_code == 404


def test_an_act_is_answered_in_its_card_and_stands_in_the_session_and_its_values_are_kept(
    do, alice, alice_client, address
):
    assert "rides has 1 partition" in do("create-topic", name="rides", partitions="1", replicas="1").content.decode()
    assert do("create-topic", name="rides", partitions="1", replicas="1").status_code == 409
    assert do("create-topic", name="", partitions="1", replicas="1").status_code == 422
    assert [act.lesson for act in alice.acts.all()] == ["playground"] * 3
    page = alice_client.get(address("playground"))
    assert [line.act.state for line in page.context["lines"]] == ["done", "refused", "refused"]
    assert page.context["card"].form.initial["name"] == ""  # as it was sent last
    assert page.context["stages"]["facts"][0]["topic"] == "rides"
    typed = {"name": "seventh", "partitions": "7", "replicas": "1"}
    code = alice_client.post(address("playground-code", "create-topic"), typed).content.decode()
    assert f"{alice.namespace.prefix}seventh" in code


def test_without_javascript_the_page_comes_back_with_the_answer(do, alice_client):
    answer = do("create-topic", htmx=False, name="rides", partitions="1", replicas="1")
    assert answer.status_code == 302
    page = alice_client.get(answer.url.partition("#")[0]).content.decode()
    assert "Done in" in page
    wrong = do("create-topic", htmx=False, name="rides", partitions="", replicas="1")
    assert wrong.status_code == 422
    assert "This field is required" in wrong.content.decode()


def test_what_is_done_there_counts_for_exercises(do, alice_client, address):
    for name in ("test1p", "test2p", "test2die"):
        do("create-topic", name=name, partitions="1", replicas="1")
    url = address("check", "creating-topics", "creating-topics.three-topics")
    assert 'data-state="done"' in alice_client.post(url, headers=HTMX).content.decode()


def test_the_session_can_be_taken_along_and_begun_anew(do, alice, alice_client, address):
    do("create-topic", name="rides", partitions="1", replicas="1")
    do("create-topic", name="rides", partitions="1", replicas="1")

    def file(ending: str) -> bytes:
        return alice_client.get(address("playground-session", ending)).content

    cells = json.loads(file("ipynb"))["cells"]
    assert len(cells) == 3
    assert f"{alice.namespace.prefix}rides" in file("sh").decode()
    assert [step.words for step in read_file(file("json")).steps] == [
        "Create a topic: rides with 1 partition, 1 replica"
    ] * 2
    assert alice_client.post(address("playground-anew")).status_code == 302
    do("list-topics")
    assert [act.kind for act in (line.act for line in alice_client.get(address("playground")).context["lines"])] == [
        "list-topics"
    ]
    assert alice.acts.count() == 3
