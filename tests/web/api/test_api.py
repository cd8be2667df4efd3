from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from django.test import Client

from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")


class Api:
    def __init__(self, member, client: Client) -> None:
        self.base = f"/api/v1/classes/{member.klass.slug}"
        self.client = client

    def get(self, path: str, **query):
        return self.client.get(self.base + path, query)

    def act(self, kind: str, **body):
        return self.client.post(f"{self.base}/acts/{kind}", body, content_type="application/json")


@pytest.fixture
def api(alice, alice_client) -> Api:
    return Api(alice, alice_client)


def test_an_act_by_the_api_answers_with_what_kafka_did(api):
    answer = api.act("create-topic", name="test1p", partitions=2)
    assert answer.status_code == 200
    assert answer.json()["state"] == "done"
    assert [p["id"] for p in answer.json()["answer"]["data"]["partitions"]] == [0, 1]


def test_the_same_act_id_is_one_act_and_the_same_answer(api):
    act_id = str(uuid4())
    first = api.act("create-topic", name="test1p", act_id=act_id)
    assert api.act("create-topic", name="test1p", act_id=act_id).json() == first.json()
    assert api.act("create-topic", name="other", act_id=act_id).status_code == 409


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("create-topic", {"name": ""}, 422),
        ("create-topic", {"name": "."}, 422),
        ("create-topic", {"name": "x" * 250}, 422),
        ("create-topic", {"name": "bad name!"}, 409),
        ("create-topic", {"name": "a", "partitions": 0}, 409),
        ("create-topic", {"name": "a", "partitions": -1}, 422),
        ("create-topic", {"name": "a", "partitions": 13}, 422),
        ("create-topic", {"name": "a", "replicas": 4}, 409),
        ("create-topic", {"name": "a", "surprise": 1}, 422),
        ("create-topic", {}, 422),
        ("delete-topic", {"name": "never-there"}, 404),
        ("produce", {"topic": "never-there", "values": "1"}, 404),
        ("consume", {"topic": "never-there", "group_id": "g"}, 404),
        ("no-such-act", {}, 404),
        ("submit-answers", {"exercise": "no-such.exercise", "answers": {}}, 404),
        ("submit-answers", {"exercise": "kafka-and-its-cluster.entry-points", "answers": {}}, 422),
        ("submit-answers", {"exercise": "kafka-and-its-cluster.entry-points", "answers": {"brokers": "many"}}, 422),
    ],
    ids=str,
)  # fmt: skip
def test_bad_input_has_the_right_status(api, kind, body, status):
    assert api.act(kind, **body).status_code == status


def test_deleting_twice_says_that_the_topic_is_missing(api):
    api.act("create-topic", name="test2die")
    assert api.act("delete-topic", name="test2die").status_code == 200
    again = api.act("delete-topic", name="test2die")
    assert again.status_code == 404
    assert again.json()["answer"]["code"] == "UNKNOWN_TOPIC_OR_PART"


def test_records_are_read_with_null_empty_and_bytes_told_apart(api):
    api.act("create-topic", name="test1p")
    api.act("produce", topic="test1p", values="9\n")
    api.act("produce", topic="test1p", values="", key="k")
    api.act("produce", topic="test1p", key="k", tombstone=True)
    body = api.get("/topics/test1p/0/records").json()
    assert (body["earliest"], body["end"]) == (0, 3)
    kinds = [(record["key"]["kind"], record["value"]["kind"]) for record in body["records"]]
    assert kinds == [("null", "text"), ("text", "empty"), ("text", "null")]


def test_a_partition_that_is_not_there_is_said(api):
    api.act("create-topic", name="test1p")
    assert api.get("/topics/test1p/99/records").status_code == 422


def test_topics_are_listed_by_their_short_names_and_internal_ones_on_request(api):
    api.act("create-topic", name="test1p")
    assert [topic["name"] for topic in api.get("/topics").json()] == ["test1p"]
    assert any(topic["internal"] for topic in api.get("/topics", internal=True).json())


def test_consuming_by_the_api_reads_to_the_end_and_commits(api):
    api.act("create-topic", name="test1p")
    api.act("produce", topic="test1p", values="1\n2\n3")
    answer = api.act("consume", topic="test1p", group_id="readers")
    assert answer.json()["answer"]["data"]["delivered"] == 3
    [group] = api.get("/groups").json()
    assert (group["group_id"], group["lags"][0]["committed"], group["lags"][0]["lag"]) == ("readers", 3, 0)


def test_acts_are_listed_newest_first_page_by_page(api):
    for name in ("a1", "b2", "c3"):
        api.act("create-topic", name=name)
    page = api.get("/acts", limit=2).json()
    assert [act["fields"]["name"] for act in page["items"]] == ["c3", "b2"]
    assert page["count"] == 3


def test_exercises_say_what_was_seen(api):
    states = {exercise["id"]: exercise["state"] for exercise in api.get("/exercises").json()}
    assert states["creating-topics.three-topics"] == "not_begun"


def test_a_stranger_and_somebody_signed_out_get_nothing(api, classroom, client):
    stranger = browser_of(classroom.charlie)
    assert Api(classroom.alice, stranger).get("/topics").status_code == 404
    assert Api(classroom.alice, stranger).act("create-topic", name="x").status_code == 404
    assert Api(classroom.alice, Client()).get("/topics").status_code == 401


def test_a_request_without_the_csrf_token_is_refused(classroom):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(classroom.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert Api(classroom.alice, careful).act("create-topic", name="x").status_code == 403


def test_the_page_of_the_description_is_our_own_files_alone(client):
    page = client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert re.findall(r'<script(?![^>]*(?: src="/static/|application/json))', text) == []
    assert "http" not in "".join(re.findall(r'(?:src|href)="([^"]*)"', text))


def test_openapi_describes_every_act(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"create-topic", "delete-topic", "produce", "consume"} <= {path.rpartition("/")[2] for path in paths}


@pytest.mark.parametrize("field", ["values", "key", "headers", "topic"])
@pytest.mark.parametrize("character", ["\\ud800", "\\u0000"], ids=["half a surrogate", "NUL"])
def test_text_that_is_no_text_is_refused_before_it_reaches_kafka(api, field, character):
    """Half a surrogate in a header's name brought the client, and the process with it, to its end."""
    api.act("create-topic", name="test1p")
    fields = {"topic": "test1p", "values": "1", field: "a=" + character}
    body = json.dumps(fields).replace("\\\\", "\\")
    answer = api.client.post(f"{api.base}/acts/produce", body, content_type="application/json")
    assert answer.status_code == 422


def test_two_groups_are_a_list_of_two(api):
    api.act("create-topic", name="test1p")
    api.act("produce", topic="test1p", values="1")
    for group_id in ("one", "two"):
        api.act("consume", topic="test1p", group_id=group_id)
    assert [group["group_id"] for group in api.get("/groups").json()] == ["one", "two"]


def test_a_body_that_is_too_long_is_said_as_json(api):
    answer = api.act("produce", topic="test1p", values="x" * 3_000_000)
    assert answer.status_code == 413
    assert "2 MB" in answer.json()["answered"]
