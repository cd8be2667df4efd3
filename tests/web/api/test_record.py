from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from lessons.classroom.exports.signing import sha256_of
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Attempt, Change, Observation
from lessons.classroom.people.tokens import make_token
from lessons.course.acts import ACTIONS
from lessons.web.api.pages import MOST_AT_ONCE

pytestmark = pytest.mark.django_db

FIRST, SECOND = "kafka-and-its-cluster.entry-points", "creating-topics.three-topics"


class Script:
    """A member's script: it comes in by a token."""

    def __init__(self, member) -> None:
        self.member, self.token = member, make_token(member, "script", days=1)[1]

    def ask(self, path: str, **query):
        url = f"/api/v1/classes/{self.member.klass.slug}{path}"
        return Client().get(url, query, headers={"Authorization": f"Bearer {self.token}"})

    def items(self, path: str, **query) -> list[dict]:
        return self.ask(path, **query).json()["items"]


@pytest.fixture
def greta(classroom) -> Script:
    return Script(classroom.greta)


def look(member, exercise: str, state: str = "done", *, data: dict | None = None, **fields) -> Attempt:
    seen = None
    if state != "could_not_check":
        seen = Observation.objects.create(member=member, exercise=exercise, version=1, data=data or {"a": 1})
    return Attempt.objects.create(
        member=member, exercise=exercise, observation=seen, state=state, verdict={"state": state, "seen": "It is so."},
        check_hash="0" * 64, **fields,
    )  # fmt: skip


def test_classes_are_ones_own_and_a_token_knows_one(classroom, client):
    mine = {"slug": classroom.klass.slug, "role": "student", "seat": classroom.alice.slug, "due_at": None}
    headers = {"Authorization": f"Bearer {make_token(classroom.alice, 'script', days=1)[1]}"}
    [by_token] = client.get("/api/v1/classes", headers=headers).json()["items"]
    client.force_login(classroom.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert [by_token] == client.get("/api/v1/classes").json()["items"]
    assert mine.items() <= by_token.items()
    classroom.charlie.klass.members.create(user=classroom.alice.user, name="Alice")
    assert client.get("/api/v1/classes").json()["count"] == 2
    assert client.get("/api/v1/classes", headers=headers).json()["count"] == 1
    nobody = Client().get("/api/v1/classes")
    assert (nobody.status_code, nobody.json()["answered"]) == (401, "You are not signed in, and you sent no token.")


@pytest.mark.parametrize("path", ["/seats", "/completion", "/attempts", "/evidence"])
def test_staff_are_told_of_everybody_and_a_student_of_himself(classroom, greta, path):
    for member in (classroom.alice, classroom.bob, classroom.charlie):
        look(member, FIRST)
    seats = {each.get("seat", each.get("slug")) for each in greta.items(path)}
    assert seats == {classroom.alice.slug, classroom.bob.slug}
    own = {each.get("seat", each.get("slug")) for each in Script(classroom.alice).items(path)}
    assert own == {classroom.alice.slug}


def test_a_student_asks_for_somebody_elses_evidence_in_vain(classroom, greta):
    number = look(classroom.alice, FIRST).observation_id
    assert greta.ask(f"/evidence/{number}").json()["seat"] == classroom.alice.slug
    assert greta.ask(f"/evidence/{2**70}").status_code == 404
    assert Script(classroom.bob).ask(f"/evidence/{number}").status_code == 404
    assert Script(classroom.charlie).ask(f"/evidence/{number}").status_code == 404
    assert Script(classroom.bob).items("/completion", seat=classroom.alice.slug) == []


def test_a_seat_has_its_totals_and_could_not_check_counts_nowhere(classroom, greta):
    look(classroom.alice, FIRST)
    look(classroom.alice, SECOND, "could_not_check")
    alice, bob = greta.items("/seats")
    [exercise] = [each for each in greta.items("/completion", seat=alice["slug"], exercise=FIRST)]
    assert (alice["name"], alice["done"], alice["points"]) == ("Alice", 1, exercise["points_total"])
    assert (alice["attempts"], bob["done"], bob["last_at"]) == (1, 0, None)


def test_a_removed_seat_is_told_of_on_request_only(classroom, greta):
    classroom.alice.removed_at = datetime.now(UTC)
    classroom.alice.save()
    assert [seat["name"] for seat in greta.items("/seats")] == ["Bob"]
    assert [seat["name"] for seat in greta.items("/seats", removed=True)] == ["Alice", "Bob"]


def test_completion_says_how_each_exercise_of_each_seat_stands(classroom, greta):
    classroom.klass.due_at = datetime.now(UTC) - timedelta(hours=1)
    classroom.klass.late_rule = "half"
    classroom.klass.save()
    attempt = look(classroom.alice, SECOND)
    [late] = greta.items("/completion", seat=classroom.alice.slug, exercise=SECOND)
    assert (late["state"], late["is_late"], late["points"] * 2) == ("done", True, late["points_total"])
    assert late["attempt_id"] == attempt.pk
    data = {"exercise": SECOND, "state": "done", "points": 2, "reason": "Shown at the desk."}
    Change.objects.create(
        klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind=ChangeKind.OVERRIDE, data=data
    )
    [decided] = Script(classroom.alice).items("/completion", exercise=SECOND)
    assert (decided["points"], decided["override"]["reason"], decided["override"]["by"]) == (
        2, "Shown at the desk.", "Greta",
    )  # fmt: skip


def test_completion_is_filtered_by_seat_exercise_and_state(classroom, greta):
    look(classroom.alice, FIRST)
    look(classroom.bob, FIRST, "not_yet")
    everything = greta.ask("/completion").json()["count"]
    exercises = sum(len(lesson["exercises"]) for lesson in greta.items("/lessons"))
    assert everything == 2 * exercises
    assert [each["name"] for each in greta.items("/completion", state="not_yet")] == ["Bob"]
    assert {each["name"] for each in greta.items("/completion", exercise=FIRST)} == {"Alice", "Bob"}
    assert greta.ask("/completion", state="not_begun").json()["count"] == everything - 2


def test_attempts_and_evidence_are_filtered_and_an_attempt_that_was_judged_again_counts_no_more(classroom, greta):
    old = look(classroom.alice, FIRST, "not_yet", data={"topics": {"test1p": {"partitions": 1}}})
    new = Attempt.objects.create(
        member=classroom.alice, exercise=FIRST, observation=old.observation, state="done", check_hash="1" * 64,
        replaces=old,
    )  # fmt: skip
    look(classroom.bob, SECOND, "could_not_check")
    assert [each["id"] for each in greta.items("/attempts", exercise=FIRST)] == [new.pk, old.pk]
    told = {each["id"]: (each["counts"], each["replaces"]) for each in greta.items("/attempts", exercise=FIRST)}
    assert told == {new.pk: (True, old.pk), old.pk: (False, None)}
    assert [each["seat"] for each in greta.items("/attempts", state="could_not_check")] == [classroom.bob.slug]
    [evidence] = greta.items("/evidence", state="done", seat=classroom.alice.slug)
    assert evidence["id"] == old.observation_id
    assert evidence["sha256"] == sha256_of({"topics": {"test1p": {"partitions": 1}}})


def test_lessons_that_are_switched_off_are_not_told_of(classroom, greta):
    classroom.klass.lessons_off = ["creating-topics"]
    classroom.klass.save()
    assert "creating-topics" not in {lesson["slug"] for lesson in greta.items("/lessons")}
    assert greta.items("/completion", exercise=SECOND) == []


def test_lists_come_in_pages_and_no_page_is_longer_than_the_longest(classroom, greta):
    for number in range(3):
        look(classroom.alice, FIRST, data={"number": number})
    page = greta.ask("/evidence", limit=2, offset=1).json()
    assert ([each["data"]["number"] for each in page["items"]], page["count"]) == ([1, 0], 3)
    for wrong in ({"limit": MOST_AT_ONCE + 1}, {"limit": 0}, {"offset": -1}, {"offset": 2**31}):
        assert greta.ask("/evidence", **wrong).status_code == 422


@pytest.mark.parametrize("query", [{"seat": "a\0b"}, {"exercise": "A'--"}, {"state": "nearly"}], ids=str)
def test_a_filter_that_makes_no_sense_is_refused_with_what_is_wrong_with_it(greta, query):
    refused = greta.ask("/attempts", **query)
    assert refused.status_code == 422
    [fault] = refused.json()["detail"]
    assert fault["where"] == ["query", *query]


def test_every_operation_has_an_example_of_its_answer_and_every_act_one_of_its_body(client):
    openapi = client.get("/api/v1/openapi.json").json()
    operations = [each for path in openapi["paths"].values() for each in path.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    for each in operations:
        answered = each["responses"]["200"]["content"]["application/json"]
        assert answered["example"], each["operationId"]
        assert {"401", "503"} <= each["responses"].keys(), each["operationId"]
        assert all(answer["description"] for answer in each["responses"].values())
    assert all(schema.get("examples") for name, schema in openapi["components"]["schemas"].items() if name[-2:] != "In"
               and not name.startswith("Paged") and name not in ("Role", "Input"))  # fmt: skip
    assert all(action.model_validate(action.example) for action in ACTIONS.values())
