"""A scene: recorded by an instructor, played by a student, each step an act in the student's own namespace."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lessons.classroom import process
from lessons.classroom.limits import LimitSettings
from lessons.classroom.models import Act, Scene
from lessons.classroom.perform import perform
from lessons.classroom.process import Process, ProcessSettings
from lessons.classroom.scenes import storing
from lessons.classroom.scenes.playing import play_of, play_step
from lessons.classroom.scenes.steps import SceneFile, checked
from lessons.cluster.topics import describe_topic
from lessons.course.acts.create_topic import CreateTopic
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
HTMX = {"HX-Request": "true"}
CREATE = {"kind": "create-topic", "fields": {"name": "rides", "partitions": 2}}
SEND = {"kind": "produce", "fields": {"topic": "rides", "values": "1\n2"}}
READ = {"kind": "consume", "fields": {"topic": "rides", "group_id": "readers"}}
STOP = {"kind": "stop-broker", "fields": {"broker": 2}}


@pytest.fixture
def ines(classroom) -> Client:
    return browser_of(classroom.ines)


def scene_of(classroom, *steps) -> Scene:
    return storing.make(classroom.ines, SceneFile("Rides", checked(list(steps))))


class Player:
    """A student before a scene."""

    def __init__(self, browser: Client, scene: Scene) -> None:
        self._browser = browser
        self._args = [scene.klass.slug, scene.link]

    def page(self) -> str:
        return self._browser.get(reverse("scene", args=self._args)).content.decode()

    def press(self, do: str, step: int = 0, *, htmx: bool = True, **more: str):
        data = {"do": do, "step": step, **more}
        return self._browser.post(reverse("scene-play", args=self._args), data, headers=HTMX if htmx else {})

    @property
    def states(self) -> list[str]:
        page = self._browser.get(reverse("scene", args=self._args))
        return [each.state for each in page.context["play"].taken]


@pytest.fixture
def play(classroom, alice_client):
    return lambda *steps: Player(alice_client, scene_of(classroom, *steps))


def test_an_instructor_makes_one_of_what_was_done_in_the_playground_and_leaves_some_out(classroom, ines):
    klass = classroom.klass.slug
    for kind, fields in (("create-topic", {"name": "rides", "partitions": 1, "replicas": 1}), ("list-topics", {})):
        ines.post(reverse("playground-act", args=[klass, kind]), {"act_id": str(uuid4()), **fields}, headers=HTMX)
    perform(classroom.ines, CreateTopic(name="elsewhere"), act_id=uuid4(), lesson="creating-topics")
    form = ines.get(reverse("scene-new", args=[klass])).context["form"]
    assert [words for _, words in form.fields["acts"].choices] == [
        "Create a topic: rides with 1 partition, 1 replica", "List the topics",
    ]  # fmt: skip
    first = form.fields["acts"].choices[0][0]
    assert ines.post(reverse("scene-new", args=[klass]), {"title": "", "acts": [first]}).status_code == 422
    made = ines.post(reverse("scene-new", args=[klass]), {"title": "Rides", "acts": [first]}, follow=True)
    scene = Scene.objects.get()
    assert f"/c/{klass}/scenes/{scene.link}/" in made.content.decode()
    assert [(each["kind"], each["fields"]["name"]) for each in scene.steps] == [("create-topic", "rides")]
    ines.post(reverse("playground-anew", args=[klass]))
    assert "is empty" in ines.get(reverse("scene-new", args=[klass])).content.decode()


def test_a_student_plays_it_in_their_own_namespace_and_goes_on_where_the_page_was_closed(play, alice):
    player = play(CREATE, SEND, READ)
    assert "Send records: 2 records to rides" in player.page()
    answer = player.press("next", 1).content.decode()
    assert "rides has 2 partitions" in answer
    assert len(describe_topic(alice.namespace, "rides").partitions) == 2
    assert player.states == ["done", "to-come", "to-come"]
    player.press("next", 1)  # a page that is older presses again
    assert alice.acts.count() == 1
    assert player.press("all", htmx=False).status_code == 302
    assert player.states == ["done", "done", "done"]
    assert "group readers has committed" in player.page()
    assert [act.lesson for act in alice.acts.all()] == ["", "", ""]
    assert "They go on where they are" not in player.page()
    player.press("anew")
    assert "They go on where they are" in player.page()
    assert player.states == ["to-come", "to-come", "to-come"]
    assert alice.acts.count() == 3


def test_two_pages_that_press_at_once_do_one_act(classroom, alice):
    at_both = play_of(scene_of(classroom, CREATE, SEND), alice)
    assert [play_step(at_both, 1).taken[0].state for _page in range(2)] == ["done", "done"]
    assert alice.acts.count() == 1


def test_all_is_watched_step_by_step_and_stops_at_a_refusal_which_can_be_repeated_or_passed(play, alice):
    player = play(CREATE, CREATE, SEND)
    first = player.press("all").content.decode()
    assert 'hx-trigger="load delay:350ms"' in first
    assert player.states == ["done", "to-come", "to-come"]
    second = player.press("all").content.decode()
    assert "hx-trigger" not in second
    assert "already exists" in second
    assert player.states == ["done", "stopped", "to-come"]
    player.press("all")
    assert player.states == ["done", "stopped", "to-come"]
    player.press("next", 2)
    assert alice.acts.filter(kind="create-topic", state=Act.State.REFUSED).count() == 2
    player.press("leave-out", 2)
    assert player.states == ["done", "left-out", "to-come"]
    assert "The scene is over." in player.press("all").content.decode()


def test_a_topic_that_is_there_already_is_said_before_and_can_be_deleted_first(play, alice):
    perform(alice, CreateTopic(name="rides"), act_id=uuid4())
    perform(alice, CreateTopic(name="mine"), act_id=uuid4())
    player = play(CREATE, SEND)
    assert "creates topics that you have already" in player.page()
    player.press("delete-topic", name="mine")  # none of the scene's
    assert describe_topic(alice.namespace, "mine")
    assert "creates topics that you have already" not in player.press("delete-topic", name="rides").content.decode()
    player.press("all", htmx=False)
    assert player.states == ["done", "done"]


def test_what_a_seat_may_not_do_is_said_and_left_out_and_what_is_not_known_is_passed_over(play, alice, monkeypatch):
    player = play(CREATE, STOP, SEND, SEND)
    scene = Scene.objects.get()
    scene.steps[2] = {"id": 3, "kind": "share-group", "fields": {}}
    scene.save()
    player.press("all", htmx=False)
    assert player.states == ["done", "not-yours", "impossible", "to-come"]
    page = player.page()
    assert "is not possible here" in page
    assert "Step 3: this version of the app has no action “share-group”" in page
    player.press("next", 2)
    assert not alice.acts.filter(kind="stop-broker").exists()
    player.press("leave-out", 2)
    player.press("all", htmx=False)
    assert player.states == ["done", "left-out", "impossible", "done"]


def test_who_is_too_fast_waits_and_loses_nothing(play):
    player = play(CREATE, SEND)
    with process.use(Process(ProcessSettings(limits=LimitSettings(most_acts=1)))):
        player.press("all")
        waiting = player.press("all").content.decode()
        assert "more than 1 actions" in waiting
        assert 'hx-trigger="load delay:4000ms"' in waiting
        assert player.press("all", htmx=False).status_code == 429
    assert player.states == ["done", "to-come"]


def test_a_broker_lost_on_the_way_loses_nothing(play, alice, nothing_answers):
    player = play(CREATE)
    answer = player.press("all").content.decode()
    assert player.states == ["stopped"]
    assert "Nothing happened." in answer
    assert alice.acts.get().state == Act.State.FAILED


def test_a_scene_goes_to_another_class_as_a_file_and_a_bad_one_is_refused_with_its_step(classroom, ines):
    scene = scene_of(classroom, CREATE, SEND)
    klass = classroom.klass.slug
    file = ines.get(reverse("scene-file", args=[klass, scene.link])).content

    def upload(content: bytes):
        sent = SimpleUploadedFile("scene.json", content, "application/json")
        return ines.post(reverse("scene-upload", args=[klass]), {"file": sent}, follow=True)

    assert "Rides" in upload(file).content.decode()
    assert Scene.objects.count() == 2
    bad = json.loads(file)
    bad["steps"][1]["fields"]["topic"] = ["rides"]
    refused = upload(json.dumps(bad).encode())
    assert refused.status_code == 422
    assert "Step 2, “produce”: the field topic is wrong" in refused.content.decode()
    assert Scene.objects.count() == 2


def test_a_scene_is_of_its_class_alone_and_made_by_instructors_alone(classroom, alice_client):
    scene = scene_of(classroom, CREATE)
    charlie = browser_of(classroom.charlie)
    for name in ("scene", "scene-play"):
        for klass in (classroom.klass.slug, classroom.charlie.klass.slug):
            url = reverse(name, args=[klass, scene.link])
            assert (charlie.post if name == "scene-play" else charlie.get)(url, {"do": "next"}).status_code == 404
    for name, args in (("scenes", []), ("scene-new", []), ("scene-edit", [scene.link]), ("scene-file", [scene.link])):
        assert alice_client.get(reverse(name, args=[classroom.klass.slug, *args])).status_code == 404
    assert alice_client.get(reverse("scene", args=[classroom.klass.slug, scene.link])).status_code == 200
    of_api = reverse("api:get_one_scene", args=[classroom.klass.slug, scene.link])
    assert alice_client.get(of_api).json()["steps"][0]["line"] == "Create a topic: rides with 2 partitions, 1 replica"
    assert alice_client.get(reverse("api:list_scenes", args=[classroom.klass.slug])).status_code == 404


@pytest.mark.parametrize(
    "typed", [{"do": "next", "step": "9" * 30}, {"do": "next", "step": "\u0663"}, {"do": "fly"}, {}]
)
def test_whatever_is_sent_to_a_scene_plays_nothing(typed, play, alice, alice_client):
    play(CREATE)
    url = reverse("scene-play", args=[alice.klass.slug, Scene.objects.get().link])
    assert alice_client.post(url, typed).status_code in (302, 404)
    assert not alice.acts.exists()
