"""A student's lesson page, read by those who teach or grade."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.messages.hands import raise_hand
from lessons.classroom.models import Act, Attempt, Member
from lessons.classroom.perform import perform
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.submit_answers import SubmitAnswers
from lessons.course.loader import get_lesson
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
LESSON = "creating-topics"


def read(staff: Member, seat: Member, lesson: str = LESSON):
    client = browser_of(staff)
    return client.get(reverse("seat-lesson", args=[seat.klass.slug, seat.slug, lesson]))


def page(staff: Member, seat: Member, lesson: str = LESSON) -> str:
    return read(staff, seat, lesson).content.decode()


@pytest.mark.parametrize("who", ["ines", "greta"])
def test_it_shows_the_students_verdicts_topics_and_acts_with_their_answers(who, classroom):
    perform(classroom.alice, CreateTopic(name="mine"), act_id=uuid4(), lesson=LESSON)
    perform(classroom.alice, CreateTopic(name="done.elsewhere"), act_id=uuid4(), lesson="producing")
    Attempt.objects.create(
        member=classroom.alice, exercise="creating-topics.three-topics", state=Attempt.State.NOT_YET,
        verdict={"seen": "One of three."}, check_hash="0" * 64,
    )  # fmt: skip
    shown = page(getattr(classroom, who), classroom.alice)
    assert "One of three." in shown
    assert 'value="mine"' in shown
    assert 'value="done.elsewhere"' not in shown
    assert f"/ws/c/{classroom.klass.slug}/live/seat-lesson/?seat={classroom.alice.slug}&amp;lesson={LESSON}" in shown
    assert f"/ws/c/{classroom.klass.slug}/watch/?seat={classroom.alice.slug}" in shown
    assert f'/ws/c/{classroom.klass.slug}/watch/"' not in shown


def preview(staff: Member, lesson: str) -> str:
    client = browser_of(staff)
    return client.get(reverse("preview", args=[staff.klass.slug, lesson])).content.decode()


@pytest.mark.parametrize("name", [LESSON, "kafka-and-its-cluster", "consuming"])  # acts, a question, a consumer
@pytest.mark.parametrize("of", ["a student", "nobody"])
def test_nothing_on_it_can_be_sent_and_reading_it_leaves_no_trace(classroom, name, of):
    shown = page(classroom.ines, classroom.alice, name) if of == "a student" else preview(classroom.ines, name)
    lesson = shown[shown.index('<div class="seen">') : shown.index('<nav class="turn"')]
    for way_to_act in ("action=", "hx-post", "hx-get", "csrfmiddlewaretoken", "/consume/", "data-stream"):
        assert way_to_act not in lesson
    controls = re.findall(r"<(?:button|input|select|textarea)[^>]*>", lesson)
    assert controls
    for control in controls:
        assert any(harmless in control for harmless in (" disabled", 'role="tab"', "data-copy", 'class="term"'))
    assert not Attempt.objects.exists()
    assert not Act.objects.exists()


def test_a_question_is_filled_in_as_the_student_has_it(classroom):
    typed = {"brokers": 4711, "broker": 2}
    action = SubmitAnswers(exercise="kafka-and-its-cluster.entry-points", answers=typed)
    perform(classroom.alice, action, act_id=uuid4(), lesson="kafka-and-its-cluster")
    assert 'value="4711"' in page(classroom.ines, classroom.alice, "kafka-and-its-cluster")
    assert 'value="4711"' not in page(classroom.ines, classroom.bob, "kafka-and-its-cluster")


def test_its_links_lead_to_this_students_other_lessons(classroom):
    shown = page(classroom.ines, classroom.alice)
    assert reverse("seat-lesson", args=[classroom.klass.slug, classroom.alice.slug, "producing"]) in shown
    assert reverse("lesson", args=[classroom.klass.slug, "producing"]) not in shown.replace("notebook.ipynb", "")


def test_a_hand_that_is_up_can_be_answered_there(classroom):
    hand = raise_hand(classroom.alice, get_lesson(LESSON), words="Why <so>?")
    shown = page(classroom.greta, classroom.alice)
    assert "Why &lt;so&gt;?" in shown
    assert reverse("hand-reply", args=[classroom.klass.slug, hand.pk]) in shown


def test_of_a_removed_student_and_of_staff_there_is_no_such_page(classroom):
    assert read(classroom.ines, classroom.greta).status_code == 404
    Member.objects.filter(pk=classroom.alice.pk).update(removed_at=timezone.now())
    assert read(classroom.ines, classroom.alice).status_code == 404


def test_a_lesson_that_is_switched_off_can_still_be_read(classroom):
    classroom.klass.lessons_off = [LESSON]
    classroom.klass.save()
    assert read(classroom.ines, Member.objects.get(pk=classroom.alice.pk)).status_code == 200


def test_it_does_not_tell_whether_the_student_is_in_other_classes(classroom):
    other = Member.objects.create(user=classroom.alice.user, klass=classroom.charlie.klass, name="Alice")
    assert "your classes" not in page(classroom.ines, classroom.alice)
    Member.objects.filter(pk=other.pk).update(user=classroom.ines.user)
    assert "your classes" in page(classroom.ines, classroom.alice)


def test_a_preview_is_what_a_newcomer_sees_and_leads_back_to_ones_own_page(classroom):
    perform(classroom.greta, CreateTopic(name="gretas"), act_id=uuid4(), lesson=LESSON)
    shown = preview(classroom.greta, LESSON)
    own = reverse("lesson", args=[classroom.klass.slug, LESSON])
    assert "gretas" not in shown
    assert "Raise your hand" in shown
    assert f'href="{own}"' in shown
    assert "Greta" in shown
    client = browser_of(classroom.greta)
    address = reverse("preview", args=[classroom.klass.slug, LESSON])
    assert f'href="{address}"' in client.get(own).content.decode()
    client.force_login(classroom.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert address not in client.get(own).content.decode()
