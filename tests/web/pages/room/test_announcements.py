"""Words to the whole class, and everybody to a lesson."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from lessons.classroom.models import Announcement, Member
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
PAGES = [("lessons", []), ("cluster", []), ("lesson", ["producing"])]


def say(staff: Member, *, htmx: bool = False, **fields: str):
    headers = {"HX-Request": "true"} if htmx else {}
    return browser_of(staff).post(reverse("announcement", args=[staff.klass.slug]), fields, headers=headers)


def page(member: Member, name: str = "lessons", *args: str) -> str:
    return browser_of(member).get(reverse(name, args=[member.klass.slug, *args])).content.decode()


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_what_is_said_stands_on_the_pages_of_the_class_and_of_no_other(classroom, name, args):
    assert say(classroom.ines, words="Five <minutes> more").status_code == 302
    assert "Five &lt;minutes&gt; more" in page(classroom.alice, name, *args)
    assert "Five" not in page(classroom.charlie, name, *args)


def test_everybody_to_a_lesson_is_a_link_and_a_later_one_takes_its_place(classroom):
    say(classroom.ines, lesson="producing")
    say(classroom.ines, lesson="consuming", words="Now this one")
    shown = page(classroom.alice)
    assert "Go to lesson 7" in shown
    assert "Go to lesson 6" not in shown


def test_a_message_without_a_lesson_leaves_the_lesson_that_is_showing(classroom):
    say(classroom.ines, lesson="producing")
    say(classroom.ines, words="Well done")
    assert "Go to lesson 6" in page(classroom.alice)


def test_a_lesson_that_is_switched_off_is_nowhere_to_go_to(classroom):
    say(classroom.ines, lesson="producing", words="Go on")
    classroom.klass.lessons_off = ["producing"]
    classroom.klass.save()
    shown = page(classroom.alice)
    assert "Go on" in shown
    assert "Go to" not in shown
    assert say(classroom.ines, lesson="producing").status_code == 422


def test_an_ended_one_is_gone_from_the_pages_and_stays_in_the_rows(classroom):
    say(classroom.ines, words="Five more minutes")
    said = Announcement.objects.get()
    browser_of(classroom.ines).post(reverse("announcement-remove", args=[classroom.klass.slug, said.pk]))
    assert "Five more minutes" not in page(classroom.alice)
    assert Announcement.objects.get().ended_at is not None


def test_what_nobody_has_ended_is_no_news_for_the_next_day(classroom):
    say(classroom.ines, words="Five more minutes")
    Announcement.objects.update(at=Announcement.objects.get().at - timedelta(hours=25))
    assert "Five more minutes" not in page(classroom.alice)


@pytest.mark.parametrize("htmx", [True, False])
def test_nothing_at_all_is_refused_in_words(classroom, htmx):
    refused = say(classroom.ines, words=" ", htmx=htmx)
    assert refused.status_code == 422
    assert "Write a message or choose a lesson." in refused.content.decode()
    assert not Announcement.objects.exists()


def test_a_grader_sees_what_stands_and_speaks_to_nobody(classroom):
    say(classroom.ines, words="Five more minutes")
    shown = page(classroom.greta, "room")
    assert "Five more minutes" in shown
    assert ">Send<" not in shown
    assert ">Remove<" not in shown
    assert say(classroom.greta, words="Me too").status_code == 404
