from __future__ import annotations

import threading
import time
from contextlib import closing
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import Member, Role, WrongCodes
from lessons.classroom.people.guessing import LIMITS
from lessons.classroom.people.seats import set_removed
from lessons.classroom.people.staff import sign_in_path
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def join(client, klass, *, code=None, name="Dora", address="127.0.0.1"):
    return client.post(reverse("join"), {"code": code or klass.join_code, "name": name}, REMOTE_ADDR=address)


def test_joining_with_the_class_code_gives_a_seat_and_shows_the_personal_code(classroom, client):
    answer = join(client, classroom.klass)
    seat = Member.objects.get(klass=classroom.klass, name="Dora")
    assert answer.url == reverse("joined", args=[classroom.klass.slug])
    assert seat.personal_code in client.get(answer.url).content.decode()


def test_the_class_code_is_read_however_it_is_typed(classroom, client):
    code = classroom.klass.join_code.lower()
    assert join(client, classroom.klass, code=f" {code[:3]}-{code[3:]} ").status_code == 302


def test_a_link_to_a_class_has_its_code_filled_in(classroom, client):
    page = client.get(reverse("join-class", args=[classroom.klass.join_code])).content.decode()
    assert f'value="{classroom.klass.join_code}"' in page
    assert classroom.klass.name in page


def test_a_personal_code_brings_its_owner_back_on_another_computer(classroom):
    elsewhere = Client()
    answer = elsewhere.post(reverse("return"), {"personal_code": classroom.alice.personal_code})
    assert answer.url == reverse("lessons", args=[classroom.klass.slug])
    assert "Alice" in elsewhere.get(answer.url).content.decode()


def test_joining_twice_with_one_browser_is_one_seat(classroom, client):
    join(client, classroom.klass)
    join(client, classroom.klass)
    assert Member.objects.filter(klass=classroom.klass, name="Dora").count() == 1


def test_somebody_else_at_the_same_computer_gets_a_seat_of_their_own(classroom, client):
    join(client, classroom.klass, name="Dora")
    page = client.get(reverse("join-class", args=[classroom.klass.join_code])).content.decode()
    assert "You are signed in as Dora" in page
    join(client, classroom.klass, name="Emil")
    assert Member.objects.filter(klass=classroom.klass, name__in=["Dora", "Emil"]).count() == 2
    assert "Emil" in client.get(reverse("lessons", args=[classroom.klass.slug])).content.decode()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "\u200b", "\u202e"])
def test_a_name_that_is_none_is_said_at_its_field(classroom, client, name):
    answer = join(client, classroom.klass, name=name)
    assert answer.status_code == 422
    assert b"field-error" in answer.content


def test_a_name_keeps_its_letters_and_signs_and_nothing_that_steers_what_stands_around_it(classroom, client):
    join(client, classroom.klass, name="Zo\u0308e \u05d0\u05d1 🦆\u202e \u2067x\u2069 \x1b[2J\tEnd")
    assert classroom.klass.members.filter(name="Zo\u0308e \u05d0\u05d1 🦆 x [2J End").exists()


def test_wrong_class_codes_are_counted_and_slowed_down_and_a_right_one_never_is(classroom, client):
    for _ in range(LIMITS.free_of_address):
        assert join(client, classroom.klass, code="WRONG2").status_code == 422
    started = time.monotonic()
    slowed = join(client, classroom.klass, code="WRONG2")
    assert slowed.status_code == 429
    assert time.monotonic() - started >= 0.5
    assert b"No class has this code" in slowed.content
    assert join(Client(), classroom.klass).status_code == 302


def test_wrong_personal_codes_are_counted_with_the_wrong_class_codes(classroom, client):
    for _ in range(LIMITS.free_of_address):
        join(client, classroom.klass, code="WRONG2")
    assert client.post(reverse("return"), {"personal_code": "AAAAAAAAAA"}).status_code == 429


def test_guessing_by_links_is_counted_like_any_other_guess(classroom, client):
    for _ in range(LIMITS.free_of_address):
        assert client.get(reverse("join-class", args=["WRONG2"])).status_code == 404
    assert client.get(reverse("join-class", args=["WRONG2"])).status_code == 429
    assert client.get(reverse("join-class", args=[classroom.klass.join_code])).status_code == 200


def test_one_address_does_not_slow_another(classroom, client):
    for _ in range(LIMITS.free_of_address + 1):
        join(client, classroom.klass, code="WRONG2", address="10.0.0.1")
    assert join(client, classroom.klass, code="WRONG2", address="10.0.0.2").status_code == 422


def test_guesses_from_many_addresses_at_one_classs_door_are_slowed_and_a_right_code_and_another_class_are_not(
    classroom,
):
    almost = LIMITS.free_at_door - 2
    WrongCodes.objects.create(key=f"door:{classroom.klass.pk}", count=almost, window_began_at=timezone.now())

    def come_back(code: str, klass, number: int) -> int:
        form = {"personal_code": code, "at": klass.join_code}
        return Client().post(reverse("return"), form, REMOTE_ADDR=f"10.0.0.{number}").status_code

    assert [come_back("AAAAAAAAAA", classroom.klass, n) for n in range(3)] == [422, 422, 429]
    assert come_back("AAAAAAAAAA", classroom.charlie.klass, 3) == 422
    assert come_back(classroom.alice.personal_code, classroom.klass, 4) == 302


def test_wrong_passwords_are_counted_with_the_wrong_codes_and_a_right_one_is_never_refused(classroom, client):
    user = classroom.ines.user
    user.set_password("the right one")
    user.save()

    def sign_in(password: str) -> int:
        return client.post(reverse("sign-in"), {"username": user.username, "password": password}).status_code

    assert sign_in("") == 422  # no guess
    assert [sign_in("a wrong one") for _ in range(LIMITS.free_of_address + 1)] == [422] * LIMITS.free_of_address + [429]
    assert sign_in("the right one") == 302


def test_a_sign_in_link_shows_a_button_and_works_once(classroom, client):
    link = sign_in_path(classroom.klass, Role.INSTRUCTOR)
    for _ in range(2):  # mail scanners open links
        assert b"Sign in as Ines" in client.get(link).content
    token = link.partition("link=")[2]
    assert client.post(reverse("sign-in"), {"link": token}).url == reverse("home")
    assert client.get(reverse("lessons", args=[classroom.klass.slug])).status_code == 200
    used = Client().post(reverse("sign-in"), {"link": token})
    assert used.status_code == 422
    assert b"has already been used" in used.content


def test_a_sign_in_link_that_is_pressed_by_six_at_once_lets_one_in(classroom):
    token = sign_in_path(classroom.klass, Role.GRADER).partition("link=")[2]
    statuses = []

    def press() -> None:
        try:
            statuses.append(Client().post(reverse("sign-in"), {"link": token}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302] + [422] * 5


def test_a_made_up_sign_in_link_is_refused(client):
    assert b"has already been used or has expired" in client.get(reverse("sign-in") + "?link=AAAA").content


def test_the_front_door_leads_to_ones_class(classroom, client):
    assert client.get("/").url == reverse("join")
    join(client, classroom.klass)
    assert client.get("/").url == reverse("lessons", args=[classroom.klass.slug])


def test_who_was_removed_is_told_so_and_does_not_come_in_again_by_the_class_code(classroom):
    browser = browser_of(classroom.alice)
    set_removed(classroom.alice, classroom.ines, removed=True)
    again = browser.post(reverse("join"), {"code": classroom.klass.join_code, "name": "Alice"})
    assert again.status_code == 403
    assert "You were removed from this class. Your work is kept" in again.content.decode()
    assert classroom.klass.members.filter(name="Alice").count() == 1
    assert (
        browser.post(reverse("join"), {"code": classroom.klass.join_code, "name": "Somebody else"}).status_code == 302
    )


def test_staff_who_try_the_students_link_in_their_own_browser_stay_signed_in(classroom):
    browser = browser_of(classroom.ines)
    tried = browser.post(reverse("join"), {"code": classroom.klass.join_code, "name": "Trying"})
    assert tried.status_code == 403
    assert "Use another browser or a private window" in unescape(tried.content.decode())
    assert browser.get(reverse("room", args=[classroom.klass.slug])).status_code == 200
    assert not classroom.klass.members.filter(name="Trying").exists()


def test_pages_and_styles_are_compressed(client):
    for address in (reverse("join"), "/static/css/base.css"):
        with closing(client.get(address, headers={"Accept-Encoding": "gzip"})) as answer:
            assert answer["Content-Encoding"] == "gzip", address


def test_a_name_that_somebody_has_is_asked_about_once(classroom, client):
    asked = join(client, classroom.klass, name="alice")
    assert asked.status_code == 422
    assert "Is that you? Then come back with your personal code" in asked.content.decode()
    fields = asked.context["form"]["namesake"].value()
    again = client.post(reverse("join"), {"code": classroom.klass.join_code, "name": "alice", "namesake": fields})
    assert again.url == reverse("joined", args=[classroom.klass.slug])
    assert classroom.klass.members.filter(name__iexact="alice").count() == 2


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/sign-in/"])
def test_at_a_page_of_a_class_the_personal_code_is_asked_for_and_leads_back_there(classroom, client, elsewhere):
    page = reverse("lesson", args=[classroom.klass.slug, "creating-topics"]) + "?block=1"
    asked = client.get(page)
    assert asked.status_code == 404
    assert "You are not signed in." in asked.content.decode()
    code, go_to = classroom.alice.personal_code, asked.context["return_form"]["go_to"].value()
    assert client.post(reverse("return"), {"personal_code": code, "go_to": go_to}).url == page
    lessons = reverse("lessons", args=[classroom.klass.slug])
    assert client.post(reverse("return"), {"personal_code": code, "go_to": elsewhere}).url == lessons


def test_where_a_page_waits_for_the_personal_code_that_is_asked_for_first(classroom, client):
    room = reverse("room", args=[classroom.klass.slug])
    waiting = client.get(room).content.decode()
    assert waiting.index('name="personal_code"') < waiting.index('name="code"')
    wrong = client.post(reverse("return"), {"personal_code": "AAAAA22222", "go_to": room}).content.decode()
    assert wrong.index('name="personal_code"') < wrong.index('name="code"')
    joining = client.get(reverse("join")).content.decode()
    assert joining.index('name="code"') < joining.index('name="personal_code"')


def test_a_form_that_was_sent_after_the_session_ended_leads_back_to_its_page(classroom, client):
    for form, page in (("people-invite", "people"), ("class-settings", "class-settings")):
        refused = client.post(reverse(form, args=[classroom.klass.slug]), {"name": "Dora"})
        assert refused.status_code == 404
        assert "Nothing was sent" in refused.content.decode()
        assert refused.context["return_form"]["go_to"].value() == reverse(page, args=[classroom.klass.slug])
    act = reverse("act", args=[classroom.klass.slug, "creating-topics", 1])
    assert "data-error" in client.post(act, headers={"HX-Request": "true"}).content.decode()  # in a card
