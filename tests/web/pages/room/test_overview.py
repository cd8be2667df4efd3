"""The room's middle and aside as they stand on the page."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from lessons.classroom.models import Attempt
from lessons.classroom.people.seats import take_seat
from tests.classroom.test_overview import TWO, attempt, predict
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")


def page_of(classroom, who: str = "ines") -> str:
    address = reverse("room", args=[classroom.klass.slug])
    return browser_of(getattr(classroom, who)).get(address).content.decode()


def row_of(page: str, seat) -> str:
    return re.search(rf'<tr id="seat-row-{seat.slug}".*?</tr>', page)[0]


@pytest.mark.parametrize("who", ["ines", "greta"])
def test_a_row_tells_its_states_in_words_and_the_name_leads_to_the_student(classroom, who):
    attempt(classroom.alice, TWO, "done")
    attempt(classroom.bob, TWO, ago=12, seen="test2p has 1 partition.")
    page = page_of(classroom, who)
    assert f'href="/c/{classroom.klass.slug}/seats/{classroom.alice.slug}/"' in row_of(page, classroom.alice)
    assert '<td class="done"><span class="vh">done</span>' in row_of(page, classroom.alice)
    assert '<td class="stuck"><span class="vh">stuck</span>' in row_of(page, classroom.bob)
    assert "2 students" in page
    assert "1 stuck" in page
    assert "test2p has 1 partition." in page
    assert "style=" not in page


def test_a_hostile_name_is_text(classroom):
    seat = take_seat(classroom.klass, '<script>alert("1")</script>\u202e')
    row = row_of(page_of(classroom), seat)
    assert "<script" not in row
    assert "&lt;script&gt;" in row
    assert 'dir="auto"' in row


def test_predictions_stand_beside_what_is_true(classroom):
    predict(classroom.alice, "always 1 to 9")
    page = page_of(classroom)
    assert re.search(r'class="true"><p>within each partition[^<]*<b>This is true\.', page)
    assert '<progress aria-hidden="true" value="1" max="1">' in page


def test_an_empty_class_says_so(classroom):
    classroom.klass.members.filter(role="student").delete()
    page = page_of(classroom)
    assert "Nobody has joined yet" in page
    assert "0 students · nobody stuck" in page
    assert not Attempt.objects.exists()
