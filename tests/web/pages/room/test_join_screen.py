"""The class code, its link and its QR code: on the wall, in the room and among the people."""

from __future__ import annotations

import html

import pytest
import segno
from django.urls import reverse

from kafkaclass.hosts import OwnHosts
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")
ONLY_HERE = "Only this machine can open"


def shown(classroom, name: str = "join-screen", *, host: str = "localhost:8000") -> str:
    answer = browser_of(classroom.ines).get(reverse(name, args=[classroom.klass.slug]), headers={"Host": host})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def link(classroom, site: str) -> str:
    return f"{site}/join/{classroom.klass.join_code}/"


def qr(url: str) -> str:
    return segno.make_qr(url).svg_inline(omitsize=True, svgclass="qr", lineclass=None)


@pytest.mark.parametrize("name", ["join-screen", "room", "people"])
def test_code_link_and_qr_code_are_those_by_which_others_reach_the_machine(name, classroom, settings):
    settings.OWN_HOSTS = OwnHosts("192.0.2.7")
    page = shown(classroom, name)
    assert f">{classroom.klass.join_code}<" in page
    assert f'href="{link(classroom, "http://192.0.2.7:8000")}"' in page
    assert qr(link(classroom, "http://192.0.2.7:8000")) in page
    assert reverse("join-screen", args=[classroom.klass.slug]) in page or name == "join-screen"
    assert ONLY_HERE not in page
    assert "style=" not in page


def test_the_link_is_that_by_which_the_page_was_asked_for(classroom, settings):
    settings.OWN_HOSTS = OwnHosts("192.0.2.7")
    settings.ALLOWED_HOSTS = ["class.example.org"]
    page = shown(classroom, host="class.example.org")
    assert qr(link(classroom, "http://class.example.org")) in page
    assert link(classroom, "http://192.0.2.7") in page  # another way, should that one not be known to everybody


def test_a_host_that_the_settings_name_is_better_than_an_address(classroom, settings):
    settings.OWN_HOSTS, settings.HOSTS = OwnHosts("192.0.2.7"), ["class.example.org"]
    page = shown(classroom)
    assert qr(link(classroom, "http://class.example.org:8000")) in page
    assert "192.0.2.7" not in page


def test_it_is_said_when_nobody_else_can_come(classroom):
    page = shown(classroom)
    assert ONLY_HERE in page
    assert qr(link(classroom, "http://localhost:8000")) in page


def test_nobodys_name_is_on_the_wall_and_a_closed_class_says_so(classroom):
    page = shown(classroom)
    for member in classroom.klass.members.all():
        assert member.name not in page
        assert member.slug not in page
    assert "This class is closed" not in page
    classroom.klass.door_open = False
    classroom.klass.save()
    assert "This class is closed to new students" in shown(classroom)
