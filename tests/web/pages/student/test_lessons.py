from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from lessons.classroom.models import Act
from lessons.course.loader import get_lesson, lessons
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
HTMX = {"HX-Request": "true"}


def url_of(name: str, member, lesson: str, *more) -> str:
    return reverse(name, args=[member.klass.slug, lesson, *more])


def index_of(lesson: str, kind: str = "act", name: str = "") -> int:
    blocks = enumerate(get_lesson(lesson).blocks)
    return next(index for index, block in blocks if block.kind == kind and name in ("", block.name))


@pytest.fixture
def create(alice, alice_client):
    """Posts the create form of lesson 3, as htmx does."""

    def post(headers=HTMX, **fields):
        data = {"act_id": str(uuid4()), "name": "test1p", "partitions": "1", "replicas": "1", **fields}
        url = url_of("act", alice, "creating-topics", index_of("creating-topics", name="create-topic"))
        return alice_client.post(url, data, headers=headers)

    return post


@pytest.fixture
def send(alice, alice_client):
    def post(headers=HTMX, **fields):
        data = {"act_id": str(uuid4()), "topic": "test1p", "values": "1", **fields}
        return alice_client.post(url_of("act", alice, "producing", index_of("producing")), data, headers=headers)

    return post


@pytest.mark.parametrize("slug", [lesson.slug for lesson in lessons()])
def test_every_lesson_opens(slug, alice, alice_client):
    page = alice_client.get(url_of("lesson", alice, slug))
    assert page.status_code == 200
    assert get_lesson(slug).title in page.content.decode()


def test_the_list_shows_every_lesson_with_its_progress(alice, alice_client):
    page = alice_client.get(reverse("lessons", args=[alice.klass.slug])).content.decode()
    assert all(lesson.title in page for lesson in lessons())
    assert '<progress value="0"' in page


def test_creating_a_topic_by_its_form_shows_kafkas_answer(create):
    answer = create()
    assert answer.status_code == 200
    assert "test1p has 1 partition" in answer.content.decode()


def test_without_javascript_an_act_redirects_to_the_lesson_which_shows_the_answer(create, alice_client):
    answer = create(headers={})
    assert answer.status_code == 302
    page = alice_client.get(answer.url.partition("#")[0]).content.decode()
    assert "test1p has 1 partition" in page
    assert "Done in" in page


def test_a_double_click_is_one_act(create, alice):
    act_id = str(uuid4())
    assert create(act_id=act_id).status_code == create(act_id=act_id).status_code == 200
    assert Act.objects.filter(member=alice).count() == 1


def test_a_page_from_the_browsers_history_with_other_fields_is_another_act(create, alice):
    act_id = str(uuid4())
    create(act_id=act_id)
    assert "test2p has 1 partition" in create(act_id=act_id, name="test2p").content.decode()
    assert Act.objects.filter(member=alice).count() == 2


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": ""}, 422, "A name cannot be empty"),
        ({"name": "."}, 422, "This app refused"),
        ({"name": ".."}, 422, "cannot be"),
        ({"name": "x" * 250}, 422, "characters"),
        ({"name": "bad name!"}, 409, "illegal|ASCII alphanumerics"),
        ({"partitions": "0"}, 409, "Kafka refused"),
        ({"partitions": "-1"}, 422, "This app refused"),
        ({"partitions": "13"}, 422, "at most 12 partitions"),
        ({"replicas": "4"}, 409, "only 3 broker"),
        ({"partitions": "many"}, 422, "whole number"),
        ({"partitions": "9" * 30}, 422, "less than or equal"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_bad_input_gets_a_clear_sentence_and_the_right_status(create, fields, status, sentence):
    answer = create(**fields)
    assert answer.status_code == status
    assert any(part in answer.content.decode() for part in sentence.split("|"))
    if "name" in fields and 'name="name"' in answer.content.decode():  # the form comes back, with what was typed
        assert fields["name"] in answer.content.decode()


def test_a_name_that_is_taken_is_refused_by_kafka(create):
    create()
    answer = create()
    assert answer.status_code == 409
    assert "already exists" in answer.content.decode()


def test_two_seats_may_have_topics_of_one_name(create, classroom):
    create()
    bob = browser_of(classroom.bob)
    url = url_of("act", classroom.bob, "creating-topics", index_of("creating-topics", name="create-topic"))
    data = {"act_id": str(uuid4()), "name": "test1p", "partitions": "1", "replicas": "1"}
    assert bob.post(url, data, headers=HTMX).status_code == 200


def test_sending_shows_a_delivery_report_for_each_record(create, send):
    create()
    page = send(values="1\r\n2\r\n3").content.decode()
    assert all(f"test1p [0] @ {offset}" in page for offset in range(3))


def test_sending_to_a_missing_topic_is_said_at_once(send):
    answer = send(topic="nowhere")
    assert answer.status_code == 404
    assert "no topic nowhere" in answer.content.decode()


def test_sending_to_partition_99_is_said_at_once(create, send):
    create()
    answer = send(partition="99")
    assert answer.status_code == 422
    assert "99" in answer.content.decode()


@pytest.mark.parametrize("fields", [{"values": "x" * 65 * 1024}, {"key": "🙂"}], ids=["65 KiB", "emoji"])
def test_unusual_records_pass(create, send, fields):
    create()
    assert send(**fields).status_code == 200


def test_a_record_beyond_a_megabyte_is_refused_in_words(create, send):
    create()
    answer = send(values="x" * 1_100_000)
    assert answer.status_code == 409
    assert "too large" in answer.content.decode()


def test_code_follows_what_is_typed(alice, alice_client):
    url = url_of("act-code", alice, "creating-topics", index_of("creating-topics", name="create-topic"))
    page = alice_client.post(url, {"name": "mine", "partitions": "5", "replicas": "1"}).content.decode()
    assert f"{alice.namespace.prefix}mine" in page
    assert "num_partitions" in page
    assert alice_client.post(url, {"name": "mine", "partitions": "", "replicas": "1"}).status_code == 204


def test_code_follows_a_form_that_is_longer_than_an_address(alice, alice_client):
    url = url_of("act-code", alice, "producing", index_of("producing"))
    page = alice_client.post(url, {"topic": "test1p", "values": "x" * 100_000}).content.decode()
    assert "x" * 100_000 in page


def test_the_tick_is_there_when_the_page_comes_back_from_the_act(create, alice, alice_client):
    """Without JavaScript; with it, the page is told."""
    for name in ("test1p", "test2p", "test2die"):
        answer = create(headers={}, name=name)
    page = alice_client.get(answer.url).content.decode()
    assert 'data-state="done"' in page


def test_check_now_says_what_is_missing(create, alice, alice_client):
    create()
    url = url_of("check", alice, "creating-topics", "creating-topics.three-topics")
    page = alice_client.post(url, headers=HTMX).content.decode()
    assert "Not yet." in page
    assert "test2p and test2die are still to be created" in page


def test_markup_in_a_name_is_shown_and_not_run(create):
    page = create(name="<b>x</b>").content.decode()
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_acts_of_another_class_are_out_of_reach(classroom, client):
    client.force_login(classroom.charlie.user, backend="django.contrib.auth.backends.ModelBackend")
    url = url_of("act", classroom.alice, "creating-topics", index_of("creating-topics", name="create-topic"))
    assert client.post(url, {"name": "test1p"}).status_code == 404


@pytest.mark.parametrize(("name", "more"), [("act", [99]), ("act", [0]), ("check", ["nothing"])])
def test_a_made_up_address_is_not_found(alice, alice_client, name, more):
    assert alice_client.post(url_of(name, alice, "creating-topics", *more)).status_code == 404


def test_every_page_has_the_strict_policy(alice, alice_client, client):
    for url in (
        reverse("join"),
        reverse("lessons", args=[alice.klass.slug]),
        url_of("lesson", alice, "producing"),
    ):
        policy = alice_client.get(url, follow=True).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "style=" not in alice_client.get(url).content.decode()


def test_my_cluster_lists_my_topics_and_not_my_neighbours(create, classroom, alice, alice_client):
    create(name="mine-alone")
    address = reverse("cluster", args=[alice.klass.slug])
    assert "mine-alone" in alice_client.get(address).content.decode()
    bob = browser_of(classroom.bob)
    assert "mine-alone" not in bob.get(address).content.decode()
