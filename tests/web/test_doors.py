"""The table of doors: every address of the app, and who may come in. A door without a row here fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from lessons.classroom.models import Act, Announcement, Class, Hand, Member, Scene
from lessons.classroom.people.tokens import make_token
from lessons.course import own_brokers
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action

MEMBERS = frozenset({"student", "neighbour", "instructor", "grader"})
STAFF = frozenset({"instructor", "grader"})
INSTRUCTOR = frozenset({"instructor"})
STUDENTS = frozenset({"student", "neighbour"})
ITS_OWNER = frozenset({"student"})
VISITORS = (*sorted(MEMBERS), "of another class", "removed", "signed out")
PUBLIC = {
    "home", "join", "join-class", "return", "sign-in", "sign-out", "classes", "api:openapi-json", "api:openapi-view",
    "api:api-root", "authoring",
}  # fmt: skip
NO_CLASS_IN_IT = {"api:list_classes"}  # everybody's own: see test_api_record.py
HAND, ANNOUNCEMENT = 10**6, 10**6 + 1


@dataclass(frozen=True)
class Door:
    name: str
    let_in: frozenset[str]
    args: Mapping[str, Any] = field(
        default_factory=dict
    )  # beside class_slug; SEAT, ACT, TOKEN and EVIDENCE stand for Alice's
    post: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return self.name


EXERCISE = "creating-topics.three-topics"
LESSON = {"lesson_slug": "creating-topics"}


def refused_by_the_app(action: type[Action]) -> dict[str, Any]:
    """A name that the app refuses itself: whoever gets that answer has come in, and Kafka need not be waited for."""
    return {field: "." if field in ("name", "names", "topic") else value for field, value in action.example.items()}


DOORS = [
    Door("joined", MEMBERS),
    Door("lessons", MEMBERS),
    Door("cluster", MEMBERS),
    Door("lesson", MEMBERS, LESSON),
    Door("topic-setting", MEMBERS),
    Door("act", MEMBERS, {**LESSON, "index": 1}, post={}),
    Door("act-code", MEMBERS, {**LESSON, "index": 1}, post={}),
    Door("check", MEMBERS, {**LESSON, "exercise_id": "creating-topics.three-topics"}, post={}),
    Door("notebook", MEMBERS, LESSON),
    Door("original-notebook", MEMBERS),
    Door("own-notebook", MEMBERS),
    Door("notebook-save", MEMBERS, {"name": "original"}, post={}),
    Door("notebook-reset", MEMBERS, {"name": "original"}, post={"do": "reset"}),
    Door("notebook-file", MEMBERS, {"name": "original"}),
    Door("session", MEMBERS),
    Door("session-script", MEMBERS),
    Door("playground", MEMBERS),
    Door("playground-act", MEMBERS, {"kind": "create-topic"}),
    Door("playground-code", MEMBERS, {"kind": "create-topic"}, post={}),
    Door("playground-anew", MEMBERS, post={}),
    Door("playground-session", MEMBERS, {"ending": "ipynb"}),
    Door("lesson-anew", MEMBERS, LESSON),
    Door("scenes", INSTRUCTOR),
    Door("scene-new", INSTRUCTOR),
    Door("scene-upload", INSTRUCTOR, post={}),
    Door("scene", MEMBERS, {"link": "SCENE"}),
    Door("scene-play", MEMBERS, {"link": "SCENE"}, post={"do": "stop"}),
    Door("scene-edit", INSTRUCTOR, {"link": "SCENE"}),
    Door("scene-file", INSTRUCTOR, {"link": "SCENE"}),
    Door("scene-delete", INSTRUCTOR, {"link": "SCENE"}, post={}),
    Door("room", STAFF),
    Door("room-names", STAFF),
    Door("join-screen", STAFF),
    Door("stage-screen", STAFF, LESSON),
    Door("seat-stage-screen", STAFF, {"seat_slug": "SEAT", **LESSON}),
    Door("broker-act", INSTRUCTOR, {"broker_id": 1, "verb": "stop"}),
    Door("class-feed", STAFF),  # and students, while it is shared
    Door("projector-names", STAFF, post={"do": "hide"}),
    Door("feed-share", INSTRUCTOR, post={"do": "show"}),
    Door("hand", STUDENTS, LESSON, post={"do": "raise"}),
    Door("hand-reply", STAFF, {"hand_id": "HAND"}, post={}),
    Door("announcement", INSTRUCTOR, post={}),
    Door("announcement-remove", INSTRUCTOR, {"announcement_id": "ANNOUNCEMENT"}, post={}),
    Door("seat-lesson", STAFF, {"seat_slug": "SEAT", **LESSON}),
    Door("preview", STAFF, LESSON),
    Door("people", INSTRUCTOR),
    Door("people-door", INSTRUCTOR, post={"do": "open"}),
    Door("people-seat", INSTRUCTOR, {"seat_slug": "SEAT"}, post={"do": "rename", "name": "Alice"}),
    Door("people-invite", INSTRUCTOR, post={}),
    Door("people-staff", INSTRUCTOR, {"slug": "GRADER"}, post={"do": "restore"}),
    Door("exports", STAFF),
    Door("export", STAFF, {"name": "completion.csv"}),
    Door("school-ids", STAFF),
    Door("roster", STAFF, post={}),
    Door("canvas", STAFF, post={}),
    Door("canvas-file", STAFF, post={}),
    Door("my-work", MEMBERS),
    Door("card", MEMBERS),
    Door("card-key", MEMBERS),
    Door("programs", MEMBERS),
    Door("check-script", MEMBERS),
    Door("program-file", MEMBERS, {"name": "kafka.json"}),
    Door("tokens", MEMBERS),
    Door("token-revoke", ITS_OWNER, {"token_id": "TOKEN"}, post={}),
    Door("seat", STAFF, {"seat_slug": "SEAT"}),
    Door("grading", STAFF),
    Door("history", STAFF),
    Door("re-check", STAFF, post={"exercise": EXERCISE}),
    Door("re-grade", STAFF, {"exercise_id": EXERCISE}),
    Door("evidence", STAFF, {"seat_slug": "SEAT", "exercise_id": EXERCISE}),
    Door("decide", STAFF, {"seat_slug": "SEAT", "exercise_id": EXERCISE}, post={"do": "remove-override"}),
    *(Door(f"api:act-{kind}", act.roles or MEMBERS, post=refused_by_the_app(act)) for kind, act in ACTIONS.items()),
    Door("class-settings", INSTRUCTOR),
    Door("seat-merge", INSTRUCTOR, {"seat_slug": "SEAT"}),
    Door("seat-reset", INSTRUCTOR, {"seat_slug": "SEAT"}),
    Door("class-reset", INSTRUCTOR),
    Door("api:list_scenes", INSTRUCTOR),
    Door("api:get_one_scene", MEMBERS, {"link": "SCENE"}),
    Door("api:list_acts", MEMBERS),
    Door("api:get_act", ITS_OWNER, {"act_id": "ACT"}),
    Door("api:list_topics", MEMBERS),
    Door("api:get_topic", MEMBERS, {"name": "."}),
    Door("api:read_records", MEMBERS, {"name": ".", "partition": 0}),
    Door("api:list_groups", MEMBERS),
    Door("api:list_exercises", MEMBERS),
    Door("api:list_seats", MEMBERS),
    Door("api:list_lessons", MEMBERS),
    Door("api:list_completion", MEMBERS),
    Door("api:list_attempts", MEMBERS),
    Door("api:list_evidence", MEMBERS),
    Door("api:get_one_evidence", STAFF | ITS_OWNER, {"evidence_id": "EVIDENCE"}),
]


def every_address(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    """The names of all addresses, as `reverse` takes them."""
    for pattern in patterns:
        if not isinstance(pattern, URLPattern):
            yield from every_address(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield namespace + str(pattern.name)


def test_every_address_has_a_row():
    assert {door.name for door in DOORS} | PUBLIC | NO_CLASS_IN_IT == set(every_address(get_resolver().url_patterns))


@pytest.fixture
def browsers(classroom) -> dict[str, Client]:
    removed = classroom.klass.members.create(user=classroom.charlie.user, name="Remi", removed_at=timezone.now())
    of_another_class = Member.objects.create(user=new_user(), klass=classroom.charlie.klass, name="Otto")
    people = {
        "student": classroom.alice, "neighbour": classroom.bob, "instructor": classroom.ines, "grader": classroom.greta,
        "of another class": of_another_class, "removed": removed,
    }  # fmt: skip
    browsers = {"signed out": Client()}
    for who, member in people.items():
        browsers[who] = Client()
        browsers[who].force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return browsers


def new_user():
    from lessons.classroom.models import User

    return User.objects.create_user(username="otto")


def a_scene_of(klass: Class) -> Scene:
    """With one step, which asks nothing of the cluster before it is played."""
    by = klass.members.get(role="instructor")
    steps = [{"id": 1, "kind": "create-topic", "fields": {"name": "1"}}]
    return klass.scenes.first() or klass.scenes.create(title="1", steps=steps, version=1, made_by=by)


def knock(browser: Client, door: Door, member: Member, act: Act, class_slug: str):
    token = member.tokens.first() or make_token(member, "a script", days=1)[0]
    seen = member.observations.first() or member.observations.create(exercise="an.exercise", version=1, data={})
    stand_for = {
        "SEAT": member.slug,
        "GRADER": member.klass.members.get(role="grader").slug,
        "ACT": act.pk,
        "TOKEN": token.pk,
        "EVIDENCE": seen.pk,
        "HAND": HAND,
        "SCENE": a_scene_of(member.klass).link,
        "ANNOUNCEMENT": ANNOUNCEMENT,
    }
    args = {name: stand_for.get(value, value) for name, value in door.args.items()}
    url = reverse(door.name, kwargs={"class_slug": class_slug, **args})
    if door.post is None:
        return browser.get(url)
    is_api = door.name.startswith("api:")
    return browser.post(url, dict(door.post), **({"content_type": "application/json"} if is_api else {}))


@pytest.fixture
def brokers_are_ours(tmp_path, monkeypatch):
    """In a folder in which none runs, so that each act is refused at once: whoever gets that answer has come in."""
    monkeypatch.setattr(own_brokers, "_data_dir", tmp_path)


@pytest.mark.usefixtures("kafka", "brokers_are_ours")
@pytest.mark.parametrize("door", DOORS, ids=str)
def test_a_door_opens_for_whom_it_should_and_is_a_missing_page_for_anybody_else(door, classroom, browsers):
    act = Act.objects.create(member=classroom.alice, kind="create-topic", fields={"name": "a"}, state=Act.State.DONE)
    Hand.objects.create(pk=HAND, member=classroom.alice, lesson="creating-topics")
    Announcement.objects.create(pk=ANNOUNCEMENT, klass=classroom.klass, by=classroom.ines, words="Hello")
    for who in VISITORS:
        there = knock(browsers[who], door, classroom.alice, act, classroom.klass.slug)
        nowhere = knock(browsers[who], door, classroom.alice, act, "no-such-class")
        assert "no-store" in there["Cache-Control"]
        assert there["Content-Security-Policy"]
        shut = (there.status_code, told(there)) == (nowhere.status_code, told(nowhere))
        assert (who, not shut) == (who, who in door.let_in)
        assert nowhere.status_code == (401 if who == "signed out" and door.name.startswith("api:") else 404)


@pytest.mark.django_db
def test_no_door_takes_what_another_site_sends_in_ones_name(classroom, browsers):
    """Without the CSRF token: also where nothing is asked for by a POST."""
    act = Act.objects.create(member=classroom.alice, kind="create-topic", fields={"name": "a"}, state=Act.State.DONE)
    careful = {who: Client(enforce_csrf_checks=True) for who in MEMBERS}
    for who, browser in careful.items():
        browser.cookies = browsers[who].cookies
    took = {}
    for door in DOORS:
        sent = replace(door, post=door.post or {})
        took[door.name] = knock(careful[min(door.let_in)], sent, classroom.alice, act, classroom.klass.slug).status_code
    reading = {name for name, status in took.items() if name.startswith("api:") and status == 405}
    assert {name for name, status in took.items() if status != 403} == reading


@pytest.mark.usefixtures("kafka")
def test_an_address_for_forms_says_so_when_it_is_opened_and_leads_to_its_page(classroom, browsers):
    act = Act.objects.create(member=classroom.alice, kind="create-topic", fields={"name": "a"}, state=Act.State.DONE)
    Hand.objects.create(pk=HAND, member=classroom.alice, lesson="creating-topics")
    Announcement.objects.create(pk=ANNOUNCEMENT, klass=classroom.klass, by=classroom.ines, words="Hello")
    led = set()
    for door in (door for door in DOORS if not door.name.startswith("api:")):
        browser = browsers[min(door.let_in)]
        opened = knock(browser, replace(door, post=None), classroom.alice, act, classroom.klass.slug)
        if opened.status_code == 405:
            assert "Only a form can be sent to this address." in opened.content.decode()
            link = re.search(r'class="primary" href="([^"]+)"', opened.content.decode())
            assert (door.name, browser.get(link[1]).status_code) == (door.name, 200)
            led.add(door.name)
    assert {"people-invite", "people-staff", "act", "check", "hand-reply", "canvas-file", "token-revoke"} <= led


def test_a_page_that_takes_no_form_says_that_nothing_was_sent(classroom, browsers):
    room = reverse("room", args=[classroom.klass.slug])
    refused = browsers["instructor"].post(room)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
    assert "nothing can be sent to it" in refused.content.decode()
    of_the_api = browsers["instructor"].post(reverse("api:list_topics", args=[classroom.klass.slug]))
    assert (of_the_api.status_code, of_the_api.json()["asked"]) == (405, "Nothing was sent")


def told(answer) -> str:
    """What a page says, without what differs from one request to the next."""
    text = b"".join(answer) if answer.streaming else answer.content
    for said in (b"or it is not yours", b"You are not signed in."):
        if said in text:
            return said.decode()
    return text.decode(errors="replace")
