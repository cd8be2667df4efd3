"""A hand goes up in a lesson, is seen by those who teach or grade, and is answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse

from lessons.classroom.messages.hands import hand_up, raise_hand
from lessons.classroom.models import Attempt, Hand, Member
from lessons.course.loader import get_lesson
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
LESSON, EXERCISE = "creating-topics", "creating-topics.three-topics"


def hand(member: Member, do: str = "raise", *, htmx: bool = False, **fields: str):
    url = reverse("hand", args=[member.klass.slug, LESSON])
    return browser_of(member).post(url, {"do": do, **fields}, headers={"HX-Request": "true"} if htmx else {})


def answer(staff: Member, raised: Hand, words: str, *, htmx: bool = False):
    url = reverse("hand-reply", args=[staff.klass.slug, raised.pk])
    headers = {"HX-Request": "true"} if htmx else {}
    return browser_of(staff).post(url, {f"hand-{raised.pk}-words": words}, headers=headers)


def room(staff: Member) -> str:
    return browser_of(staff).get(reverse("room", args=[staff.klass.slug])).content.decode()


def lesson(member: Member, name: str = LESSON, query: str = "") -> str:
    return browser_of(member).get(reverse("lesson", args=[member.klass.slug, name]) + query).content.decode()


def failed(member: Member, seen: str) -> Attempt:
    return Attempt.objects.create(
        member=member, exercise=EXERCISE, state=Attempt.State.NOT_YET, verdict={"seen": seen}, check_hash="0" * 64
    )


def test_a_raised_hand_stands_in_the_queue_with_the_words_and_what_the_failing_check_saw(classroom):
    failed(classroom.alice, "You have one topic.")
    failed(classroom.alice, "You have two topics.")
    failed(classroom.bob, "Bob has none.")
    answered = hand(classroom.alice, exercise=EXERCISE, words="Why <b>not</b>?")
    assert answered.url.endswith(f"/lessons/{LESSON}/#part-hand")
    assert "Your hand is up" in lesson(classroom.alice)
    for staff in (classroom.ines, classroom.greta):
        page = room(staff)
        assert "Why &lt;b&gt;not&lt;/b&gt;?" in page
        assert "You have two topics." in page
        assert "You have one topic." not in page
        assert "Bob has none." not in page
        assert reverse("seat-lesson", args=[classroom.klass.slug, classroom.alice.slug, LESSON]) in page


def test_a_done_exercise_has_no_failing_check_to_show(classroom):
    failed(classroom.alice, "Not yet that time.")
    Attempt.objects.create(member=classroom.alice, exercise=EXERCISE, state=Attempt.State.DONE, check_hash="0" * 64)
    hand(classroom.alice, exercise=EXERCISE)
    assert hand_up(classroom.alice).attempt is None


def test_the_longest_waiting_hand_is_the_first(classroom):
    hand(classroom.bob, words="first words")
    hand(classroom.alice, words="second words")
    page = room(classroom.ines)
    assert page.index("first words") < page.index("second words")


def test_the_answer_stands_on_the_students_lesson_and_the_queue_is_shorter(classroom):
    hand(classroom.alice, words="How?")
    assert answer(classroom.greta, hand_up(classroom.alice), "Like <i>this</i>.").status_code == 302
    page = lesson(classroom.alice)
    assert "Like &lt;i&gt;this&lt;/i&gt;." in page
    assert "Greta" in page
    assert "Your hand is up" not in page
    assert "No raised hands." in room(classroom.ines)
    assert "Like" not in lesson(classroom.bob)


def test_the_answer_is_news_on_every_page_and_stays_on_its_own_lesson_only_until_it_is_old(classroom, monkeypatch):
    hand(classroom.alice)
    answer(classroom.ines, hand_up(classroom.alice), "Look at the partitions.")
    listed = reverse("lessons", args=[classroom.klass.slug])
    assert "Look at the partitions." in browser_of(classroom.alice).get(listed).content.decode()
    assert "Look at the partitions." in lesson(classroom.alice, "producing")
    monkeypatch.setattr("lessons.classroom.messages.notifications.REPLY_STANDS", -timedelta(seconds=1))
    assert "Look at the partitions." not in lesson(classroom.alice, "producing")
    assert "Look at the partitions." in lesson(classroom.alice)


def test_a_hand_is_lowered_without_an_answer(classroom):
    hand(classroom.alice, words="Never mind")
    raised = hand_up(classroom.alice)
    hand(classroom.alice, "lower")
    assert "Never mind" not in room(classroom.ines)
    refused = answer(classroom.ines, raised, "Too late", htmx=True)
    assert "is no longer raised, so nothing was sent" in refused.content.decode()
    assert Hand.objects.get(pk=raised.pk).reply == ""


def test_raised_twice_it_is_one_hand_and_the_database_sees_to_it(classroom):
    creating_topics = get_lesson(LESSON)
    first = raise_hand(classroom.alice, creating_topics, words="one")
    assert raise_hand(classroom.alice, creating_topics, words="two").pk == first.pk
    with pytest.raises(IntegrityError):
        Hand.objects.create(member=classroom.alice, lesson=LESSON)


def test_a_script_that_waves_is_told_to_wait(classroom, own_process):
    for _ in range(own_process.limits.settings.most_acts):
        own_process.limits.count_act(classroom.alice, asked="Anything")
    refused = hand(classroom.alice)
    assert refused.status_code == 429
    assert "the limit for one student" in refused.content.decode()
    assert hand_up(classroom.alice) is None


def test_of_two_who_answer_at_once_the_second_is_told(classroom):
    hand(classroom.alice)
    raised = hand_up(classroom.alice)
    assert "Alice can see your answer now." in answer(classroom.ines, raised, "First", htmx=True).content.decode()
    assert "nothing was sent" in answer(classroom.greta, raised, "Second", htmx=True).content.decode()
    assert Hand.objects.get(pk=raised.pk).reply == "First"


@pytest.mark.parametrize("htmx", [True, False])
def test_an_empty_answer_and_too_long_a_question_are_refused_in_words(classroom, htmx):
    refused = hand(classroom.alice, words="x" * 301, htmx=htmx)
    assert refused.status_code == 422
    assert "at most 300 characters" in refused.content.decode()
    hand(classroom.alice)
    refused = answer(classroom.ines, hand_up(classroom.alice), " ", htmx=htmx)
    assert refused.status_code == 422
    assert "This field is required." in refused.content.decode()


def test_an_exercise_that_was_looked_at_leads_to_the_hand_with_itself_chosen(classroom):
    assert "data-hand-for" not in lesson(classroom.alice)
    failed(classroom.alice, "Two are missing.")
    assert f'href="?hand={EXERCISE}#part-hand"' in lesson(classroom.alice)
    opened = lesson(classroom.alice, query=f"?hand={EXERCISE}")
    assert f'<option value="{EXERCISE}" selected>' in opened
    assert '<details id="hand-details" open>' in opened


def test_those_who_teach_have_no_hand_to_raise(classroom):
    assert "part-hand" not in lesson(classroom.ines)
    assert hand(classroom.ines).status_code == 404
