"""One seat does not take the class's brokers for itself."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pydantic import ValidationError

from lessons.classroom.limits import LimitSettings, SeatLimits, TooFast, TooMuch
from lessons.classroom.models import Act
from lessons.classroom.perform import perform
from lessons.classroom.process import ProcessSettings
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.produce import Produce
from lessons.course.loader import get_lesson
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db
NOTHING = CreateTopic(name=".")  # which the app refuses itself: Kafka is not needed


LIMITS = LimitSettings(
    most_acts=6, most_running=3, most_reads=5, most_reading=2, most_stored_bytes=2 * LimitSettings.large_bytes
)
LARGE = Produce(topic=".", values="1" * LIMITS.large_bytes)


@pytest.fixture
def process_settings() -> ProcessSettings:
    return ProcessSettings(limits=LIMITS)


@pytest.fixture
def limits(own_process) -> SeatLimits:
    return own_process.limits


@pytest.fixture
def hurried(alice, limits):
    """Alice, who has just done as much as one may."""
    for _ in range(LIMITS.most_acts):
        limits.count_act(alice, asked="This")
    return alice


def test_beyond_the_limit_an_act_is_refused_and_not_stored_and_a_neighbours_is_not(hurried, classroom, limits):
    with pytest.raises(TooFast, match="Nothing was done"):
        perform(hurried, NOTHING, act_id=uuid4())
    assert not Act.objects.exists()
    limits.count_act(classroom.bob, asked="This")


def test_after_a_while_it_goes_on(alice):
    limits = SeatLimits(LimitSettings(most_acts=1, within_s=0.05))
    limits.count_act(alice, asked="This")

    def may_act() -> bool:
        try:
            limits.count_act(alice, asked="This")
        except TooFast:
            return False
        return True

    wait_for(may_act)


def test_so_many_acts_run_at_once_and_when_one_ends_the_next_may_begin(alice, limits):
    inside, leave = threading.Semaphore(0), threading.Event()

    def act() -> None:
        with limits.running_act(alice, asked="This"):
            inside.release()
            leave.wait(10)

    threads = [threading.Thread(target=act) for _ in range(LIMITS.most_running)]
    for thread in threads:
        thread.start()
        inside.acquire(timeout=10)
    with pytest.raises(TooFast, match="running"), limits.running_act(alice, asked="This"):
        pass
    leave.set()
    for thread in threads:
        thread.join()
    with limits.running_act(alice, asked="This"):
        pass


def test_an_act_that_ends_in_an_error_gives_its_place_back(alice, limits):
    for _ in range(LIMITS.most_running + 1):
        with pytest.raises(ZeroDivisionError), limits.running_act(alice, asked="This"):
            raise ZeroDivisionError


def test_the_api_says_429_and_what_to_do(hurried, alice_client):
    url = f"/api/v1/classes/{hurried.klass.slug}/acts/create-topic"
    refused = alice_client.post(url, {"name": "."}, content_type="application/json")
    assert refused.status_code == 429
    assert refused.json()["code"] == "TOO_FAST"
    assert "Wait" in refused.json()["advice"]


def test_reads_by_the_api_are_counted_for_themselves_whatever_is_read(kafka, hurried, classroom, client, alice_client):
    base = f"/api/v1/classes/{hurried.klass.slug}"
    paths = ["/groups", "/topics/test1p", "/topics/test1p/0/records", "/groups", "/groups"]
    answers = [alice_client.get(f"{base}{path}").status_code for path in paths]
    assert answers == [200, 404, 404, 200, 200]  # though Alice may do nothing more at the moment
    for path in set(paths):
        refused = alice_client.get(f"{base}{path}")
        assert refused.status_code == 429
        assert refused.json()["code"] == "READS_TOO_FAST"
        assert "Wait" in refused.json()["advice"]
    client.force_login(classroom.bob.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{base}/groups").status_code == 200


def test_my_cluster_does_not_ask_kafka_for_who_loads_it_again_and_again(kafka, alice, alice_client, limits):
    url = reverse("cluster", args=[alice.klass.slug])
    assert alice_client.get(url).context["groups_are_read"]
    for _ in range(LIMITS.most_reads - 1):
        limits.count_read(alice, asked="This")
    page = alice_client.get(url)
    assert page.status_code == 200
    assert not page.context["groups_are_read"]


def test_a_read_that_would_run_beside_too_many_others_is_refused_and_one_that_ends_makes_place(alice, limits):
    def read(asked: str = "This"):
        return limits.running_read(alice, asked=asked)

    with read(), read():
        with pytest.raises(TooFast, match="2 reads of yours are running"), read():
            pass
        with limits.running_act(alice, asked="This"):  # which is counted for itself
            pass
    with read():
        pass


def test_a_form_says_so_in_its_card(hurried, alice_client):
    index = next(i for i, block in enumerate(get_lesson("creating-topics").blocks) if block.name == "create-topic")
    url = reverse("act", args=[hurried.klass.slug, "creating-topics", index])
    form = {"name": "test1p", "partitions": "1", "replicas": "1", "act_id": str(uuid4())}
    refused = alice_client.post(url, form, headers={"HX-Request": "true"})
    assert refused.status_code == 429
    assert "the limit for one student" in refused.content.decode()
    assert 'value="test1p"' in refused.content.decode()


def test_looking_at_an_exercise_counts_too(hurried, alice_client):
    url = reverse("check", args=[hurried.klass.slug, "creating-topics", "creating-topics.three-topics"])
    refused = alice_client.post(url, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["HX-Reswap"]) == (429, "none")
    assert not hurried.attempts.exists()


@pytest.fixture
def hoarder(alice):
    """Alice, who has stored as much as one may."""
    for _ in range(2):
        perform(alice, LARGE, act_id=uuid4())
    return alice


def test_who_has_filled_the_record_stores_small_acts_still_and_a_neighbour_large_ones(hoarder, classroom):
    with pytest.raises(TooMuch, match="Nothing was done"):
        perform(hoarder, LARGE, act_id=uuid4())
    assert hoarder.acts.count() == 2
    perform(hoarder, NOTHING, act_id=uuid4())
    perform(classroom.bob, LARGE, act_id=uuid4())


def test_the_second_click_on_the_act_that_filled_it_gets_its_answer(hoarder):
    act = hoarder.acts.first()
    assert perform(hoarder, LARGE, act_id=act.pk).answer == act.answer


def test_form_and_api_say_that_it_is_too_much(hoarder, alice_client):
    klass = hoarder.klass.slug
    said = alice_client.post(
        reverse("api:act-produce", args=[klass]), LARGE.model_dump(), content_type="application/json"
    )
    assert (said.status_code, said.json()["code"]) == (422, "TOO_MUCH")
    lesson = get_lesson("producing")
    index = next(i for i, block in enumerate(lesson.blocks) if block.name == "produce")
    card = alice_client.post(
        reverse("act", args=[klass, lesson.slug, index]),
        LARGE.model_dump(exclude_none=True),
        headers={"HX-Request": "true"},
    )
    assert card.status_code == 422
    assert b"the limit for one student" in card.content


def test_a_short_form_that_makes_kafka_store_much_weighs_as_much_as_kafka_stores(alice):
    many = Produce(topic=".", values="\n".join(["1"] * 500), headers="h=" + "x" * 100)
    assert len(many.model_dump_json()) < LIMITS.large_bytes < many.weight()
    perform(alice, many, act_id=uuid4())
    with pytest.raises(TooMuch):
        perform(alice, many, act_id=uuid4())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"values": "1\n2\n3\n4\n5", "headers": "h=" + "x" * 1_000_000}, "That is 4.8 MB in 5 records"),
        ({"values": "1\n2\n3\n4\n5\n6", "key": "k" * 800_000}, "at most 4 MB at a time"),
        ({"values": "1", "headers": "\n".join(["h=1"] * 101)}, "at most 100 here"),
    ],
    ids=["headers", "keys", "number of headers"],
)
def test_what_is_repeated_with_each_record_is_weighed_before_anything_is_sent(fields, words):
    with pytest.raises(ValidationError, match=words):
        Produce(topic="test1p", **fields)
    assert Produce(topic="test1p", values="x" * 1_500_000).weight() == 1_500_000  # Kafka is the one to refuse it


def started(member, *, count: int, age_s: float = 0) -> None:
    """Rows as another web process stores them."""
    at = timezone.now() - timedelta(seconds=age_s)
    for _ in range(count):
        Act.objects.create(member=member, kind="produce", fields={}, state=Act.State.DONE, started_at=at)


def test_what_another_process_has_begun_counts_too(alice, classroom, limits):
    started(alice, count=LIMITS.most_acts - 1)
    started(alice, count=9, age_s=LIMITS.within_s + 1)
    perform(alice, NOTHING, act_id=uuid4())
    with pytest.raises(TooFast, match=r"Wait \d+ seconds"):
        perform(alice, NOTHING, act_id=uuid4())
    perform(classroom.bob, NOTHING, act_id=uuid4())
    assert limits.refused.total() == 1
