"""Several classes, and what an instructor sets in one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Change, Class, LateRule, Member, Role
from lessons.classroom.people import classes
from lessons.classroom.people.classes import make_class
from lessons.classroom.people.due import due_of, moment
from lessons.classroom.people.seats import give_new_personal_code, take_seat
from lessons.cluster import topics
from lessons.cluster.errors import no_answer
from lessons.cluster.namespace import Namespace
from lessons.course.loader import lessons
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db
OFF = "producing"


@pytest.fixture
def ines(classroom) -> Client:
    return browser_of(classroom.ines)


def keep(client: Client, klass: Class, **changed):
    """Sends the settings' form as a browser does, with some fields changed."""
    form = {
        "name": klass.name, "lessons": [lesson.slug for lesson in klass.lessons], "due_at": "", "time_zone": "UTC",
        "late_rule": "counts",
    }  # fmt: skip
    return client.post(reverse("class-settings", args=[klass.slug]), form | changed)


# --- Several classes -----------------------------------------------------------------------------------------


def test_an_instructor_makes_a_class_with_a_code_and_a_feed_of_its_own_and_teaches_it(kafka, classroom, ines):
    answer = ines.post(reverse("classes"), {"name": "Data Systems, autumn"})
    made = Class.objects.get(name="Data Systems, autumn")
    assert answer.url == reverse("people", args=[made.slug])
    assert ines.get(answer.url).status_code == 200
    assert made.join_code != classroom.klass.join_code
    assert ClassTopics(made.slug).full(TOPIC) in {topic.name for topic in topics.list_topics()}
    assert Change.objects.get(kind="class").data == {"name": "Data Systems, autumn", "slug": "data-systems-autumn"}


def test_while_kafka_is_away_a_class_is_made_all_the_same(classroom, monkeypatch):
    def no_answer_came(klass: Class) -> None:
        raise no_answer(asked="Count the brokers")

    monkeypatch.setattr(classes, "create_feed_topic", no_answer_came)  # the real silence would take 5 s
    assert make_class("Nightshift", classroom.ines).members.get().role == Role.INSTRUCTOR


@pytest.mark.parametrize("name", ["Data_Systems", "数据", "a" * 80, "x.y", "--- 7 ---", "Ä Ö Ü", "<b>1</b>"])
def test_a_short_name_is_legal_on_the_cluster_and_no_two_classes_have_one(name, classroom, monkeypatch):
    monkeypatch.setattr(classes, "create_feed_topic", lambda klass: None)
    monkeypatch.setattr(classes, "DOUBLE_CLICK", timedelta(0))
    made = [make_class(name, classroom.ines) for _ in range(3)]
    assert len({klass.slug for klass in made}) == 3
    for klass in made:
        assert 1 <= len(klass.slug) <= 20
        assert Namespace(klass.slug, "AAAA").prefix == f"{klass.slug}.AAAA."
        assert reverse("lessons", args=[klass.slug])


def test_a_double_click_makes_one_class(classroom, ines, monkeypatch):
    monkeypatch.setattr(classes, "create_feed_topic", lambda klass: None)
    first, second = (ines.post(reverse("classes"), {"name": "Nightshift"}) for _ in range(2))
    assert first.url == second.url
    assert Class.objects.filter(name="Nightshift").count() == 1
    Class.objects.filter(name="Nightshift").update(created_at=timezone.now() - timedelta(minutes=1))
    refused = ines.post(reverse("classes"), {"name": "Nightshift"})
    assert refused.status_code == 422
    assert "You have a class of this name" in refused.content.decode()


def test_only_who_teaches_a_class_makes_one(classroom):
    for member in (classroom.alice, classroom.greta):
        client = browser_of(member)
        assert "New class" not in client.get(reverse("classes")).content.decode()
        assert client.post(reverse("classes"), {"name": "Mine"}).status_code == 404
    assert Client().get(reverse("classes")).url == reverse("join")
    assert not Class.objects.filter(name="Mine").exists()


def test_a_class_without_a_name_is_refused_in_words(classroom, ines):
    refused = ines.post(reverse("classes"), {"name": " - "})
    assert refused.status_code == 422
    assert "A name needs at least one letter or digit." in refused.content.decode()


def test_the_front_door_leads_to_the_one_class_and_with_several_to_their_list(classroom):
    alice, other = classroom.alice, classroom.charlie.klass
    client = browser_of(alice)
    assert client.get(reverse("home")).url == reverse("lessons", args=[alice.klass.slug])
    client.post(reverse("join"), {"code": other.join_code, "name": "Alice"})
    assert client.get(reverse("home")).url == reverse("classes")
    page = client.get(reverse("classes")).content.decode()
    assert alice.klass.name in page
    assert other.name in page
    assert other.members.get(name="Alice").user == alice.user


def test_whoever_teaches_or_grades_comes_first_into_the_room_that_is_for_that(classroom):
    for member, first in ((classroom.ines, "room"), (classroom.greta, "grading"), (classroom.alice, "lessons")):
        client = Client()
        client.force_login(member.user)
        assert client.get(reverse("home")).url == reverse(first, args=[classroom.klass.slug])


def test_another_name_at_the_same_computer_is_another_person_in_another_class_too(classroom):
    other = classroom.charlie.klass
    browser_of(classroom.alice).post(reverse("join"), {"code": other.join_code, "name": "Bruno"})
    assert other.members.get(name="Bruno").user != classroom.alice.user


def test_whose_personal_code_staff_have_handed_on_joins_another_class_as_a_person_of_its_own(classroom):
    """Or that instructor could come into the other class with it."""
    give_new_personal_code(classroom.alice, classroom.ines)
    other = classroom.charlie.klass
    browser_of(classroom.alice).post(reverse("join"), {"code": other.join_code, "name": "Alice"})
    assert other.members.get(name="Alice").user != classroom.alice.user


# --- Lessons switched off ------------------------------------------------------------------------------------


@pytest.fixture
def switched_off(kafka, classroom, ines) -> Class:
    on = [lesson.slug for lesson in lessons() if lesson.slug != OFF]
    assert keep(ines, classroom.klass, lessons=on).status_code == 302
    return Class.objects.get(pk=classroom.klass.pk)


def addresses(klass: Class) -> list[str]:
    args = [klass.slug, OFF]
    exercise = next(lesson for lesson in lessons() if lesson.slug == OFF).exercises[0].id
    return [
        reverse("lesson", args=args), reverse("act", args=[*args, 1]), reverse("act-code", args=[*args, 1]),
        reverse("check", args=[*args, exercise]), reverse("notebook", args=args),
    ]  # fmt: skip


def test_a_lesson_that_is_switched_off_is_nowhere_for_students(switched_off, classroom):
    alice = browser_of(classroom.alice)
    before, after = _neighbours()
    for slug in ("", f"lessons/{before}/", f"lessons/{after}/"):
        page = alice.get(reverse("lessons", args=[switched_off.slug]) + slug).content.decode()
        assert f"/lessons/{OFF}/" not in page
    for url in addresses(switched_off):
        wanted = alice.post if "/acts/1/" in url or "/check/" in url else alice.get
        assert (url, wanted(url).status_code) == (url, 404)
    body = {"name": ".", "lesson": OFF}
    act = alice.post(f"/api/v1/classes/{switched_off.slug}/acts/create-topic", body, content_type="application/json")
    assert act.status_code == 404
    listed = alice.get(f"/api/v1/classes/{switched_off.slug}/exercises").json()
    assert OFF not in {exercise["lesson"] for exercise in listed}


def _neighbours() -> tuple[str, str]:
    slugs = [lesson.slug for lesson in lessons()]
    return slugs[slugs.index(OFF) - 1], slugs[slugs.index(OFF) + 1]


def test_staff_open_it_still_and_are_told_that_it_is_off(switched_off, ines):
    page = ines.get(reverse("lesson", args=[switched_off.slug, OFF])).content.decode()
    assert "Switched off" in page
    assert all(f"/lessons/{slug}/" in page for slug in _neighbours())


def test_a_class_has_at_least_one_lesson(classroom, ines):
    refused = keep(ines, classroom.klass, lessons=[])
    assert refused.status_code == 422
    assert "Choose at least one lesson." in refused.content.decode()


# --- The due date --------------------------------------------------------------------------------------------


def test_a_due_date_is_typed_and_said_in_the_classs_time_zone(kafka, classroom, ines):
    keep(ines, classroom.klass, due_at="2099-12-04T23:59", time_zone="europe/berlin", late_rule="half")
    klass = Class.objects.get(pk=classroom.klass.pk)
    assert klass.due_at == datetime(2099, 12, 4, 22, 59, tzinfo=UTC)
    alice = browser_of(classroom.alice)
    for url in (
        reverse("lessons", args=[klass.slug]), reverse("lesson", args=[klass.slug, OFF]),
        reverse("joined", args=[klass.slug]), reverse("classes"),
    ):  # fmt: skip
        page = " ".join(re.sub("<[^>]+>", " ", alice.get(url).content.decode()).split())
        assert "Due Friday 4 December 2099, 23:59 Europe/Berlin ; late work counts half." in page, url
    typed = ines.get(reverse("class-settings", args=[klass.slug])).content.decode()
    assert 'value="2099-12-04T23:59"' in typed


def test_after_it_a_page_says_that_it_was_due(classroom):
    klass = classroom.klass
    klass.due_at, klass.late_rule = timezone.now() - timedelta(hours=1), LateRule.NOTHING
    due = due_of(klass)
    assert (due.is_over, due.late) == (True, "late work counts nothing")


def test_a_time_that_the_clocks_leave_out_is_refused_and_says_which_one_there_is(classroom, ines):
    refused = keep(ines, classroom.klass, due_at="2027-03-28T02:30", time_zone="Europe/Berlin")
    assert refused.status_code == 422
    assert "skip 02:30 on that day. Use 03:30 instead." in refused.content.decode()
    assert Class.objects.get(pk=classroom.klass.pk).due_at is None


def test_of_a_time_that_comes_twice_the_later_one_counts_and_the_page_says_so(classroom):
    classroom.klass.due_at = moment(datetime(2027, 10, 31, 2, 30), "Europe/Berlin")
    classroom.klass.time_zone = "Europe/Berlin"
    assert classroom.klass.due_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert due_of(classroom.klass).words.endswith("02:30 Europe/Berlin (CET, the second 02:30 of that night)")


@pytest.mark.parametrize(
    ("field", "typed"),
    [("time_zone", "Mars/Olympus"), ("time_zone", "../../etc/passwd"), ("due_at", "soon"), ("due_at", "9999-12-31T23:59"),
     ("late_rule", "never"), ("name", ""), ("lessons", ["no-such-lesson"])],
)  # fmt: skip
def test_what_can_not_be_is_said_at_its_field_and_nothing_is_kept(field, typed, classroom, ines):
    refused = keep(ines, classroom.klass, **{"late_rule": "half", "due_at": "2099-01-01T00:00", field: typed})
    assert refused.status_code == 422
    assert b"field-error" in refused.content
    assert not Change.objects.exists()


def test_each_setting_that_is_changed_is_a_row_of_history_with_before_and_after(classroom, ines):
    keep(ines, classroom.klass, name="Renamed", late_rule="half")
    keep(ines, Class.objects.get(pk=classroom.klass.pk), late_rule="half")
    kept = list(Change.objects.order_by("pk").values_list("kind", "by", "data"))
    assert kept == [
        ("settings", classroom.ines.pk, {"setting": "name", "before": "The class", "after": "Renamed"}),
        ("settings", classroom.ines.pk, {"setting": "late_rule", "before": "counts", "after": "half"}),
    ]


def test_names_of_classes_and_seats_are_text_whatever_is_in_them(kafka, classroom, ines):
    hostile = "<script>alert(1)</script>\u202e🦆" + "W" * 40
    Class.objects.filter(pk=classroom.klass.pk).update(name=hostile[:80])
    Member.objects.filter(pk=classroom.alice.pk).update(name=hostile[:60])
    take_seat(classroom.charlie.klass, "Ines", user=classroom.ines.user)
    slug, seat = classroom.klass.slug, classroom.alice.slug
    for url in (
        reverse("classes"), reverse("people", args=[slug]), reverse("class-settings", args=[slug]),
        reverse("seat-merge", args=[slug, seat]) + f"?into={classroom.bob.slug}",
        reverse("seat-reset", args=[slug, seat]), reverse("lessons", args=[slug]),
    ):  # fmt: skip
        page = ines.get(url).content.decode()
        assert "<script>alert" not in page, url
        assert "&lt;script&gt;alert" in page, url
