"""Production settings, and what a log may hold."""

from __future__ import annotations

import contextlib
import io
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kafkaclass.management import web
from lessons.classroom.models import Role
from lessons.classroom.people.staff import sign_in_path
from lessons.web.pages.doors import join
from tests.environment import environment
from tests.web.test_doors import a_scene_of

ROOT = Path(__file__).parents[2]


def test_django_finds_nothing_to_say_about_the_production_settings(tmp_path):
    production = environment(KAFKACLASS_DATA=str(tmp_path), KAFKACLASS_TLS="1", KAFKACLASS_HOSTS="class.example.org")
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=production, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.django_db
def test_pages_are_in_nobodys_frame(client):
    assert client.get(reverse("join"))["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_no_page_asks_for_a_camera(client):
    assert "camera=()" in client.get(reverse("join"))["Permissions-Policy"]


def test_a_request_that_no_browser_of_ours_sends_is_told_in_a_line(client):
    handler, *_ = logging.getLogger("django.security").handlers
    told = io.StringIO()
    with contextlib.closing(told):
        before = handler.setStream(told)
        try:
            assert client.get("/", headers={"Host": "evil.example"}).status_code == 400
        finally:
            handler.setStream(before)
        assert "evil.example" in told.getvalue()
        assert told.getvalue().count("\n") == 1


@pytest.mark.django_db
def test_a_tunnel_in_front_of_the_site_is_told_which_settings_it_needs():
    tunnel = Client(enforce_csrf_checks=True, headers={"Host": "class.tunnel.example"})
    answer = tunnel.get("/join/")
    assert answer.status_code == 400
    assert "KAFKACLASS_HOSTS=class.tunnel.example" in answer.content.decode()
    opened_by_https = Client(enforce_csrf_checks=True, headers={"Origin": "https://testserver"})
    opened_by_https.get("/join/")
    answer = opened_by_https.post("/join/", {"code": "A", "name": "Alice"})
    assert answer.status_code == 403
    assert "KAFKACLASS_TLS=1" in answer.content.decode()
    elsewhere = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    assert "KAFKACLASS_TLS" not in elsewhere.post("/join/", {"code": "A", "name": "Alice"}).content.decode()


@pytest.mark.django_db
def test_no_code_and_no_link_is_in_a_log_not_even_when_the_app_fails(classroom, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    link = sign_in_path(classroom.klass, Role.INSTRUCTOR)
    token, personal, new = link.partition("link=")[2], classroom.alice.personal_code, "Wrong2Code"
    browser = Client(raise_request_exception=False)
    browser.get(reverse("join-class", args=["WRONG2"]))
    browser.post(reverse("join"), {"code": "WRONG2", "name": "Dora"})
    browser.post(reverse("return"), {"personal_code": new})
    browser.post(reverse("return"), {"personal_code": personal})
    Client(enforce_csrf_checks=True).post(reverse("return"), {"personal_code": personal})
    browser.get(link)
    with monkeypatch.context() as failing:
        failing.setattr(join, "_owner_of", lambda token: 1 / 0)
        assert browser.get(link).status_code == 500
        assert browser.post(reverse("sign-in"), {"link": token}).status_code == 500
    browser.post(reverse("sign-in"), {"link": token})
    assert "Internal Server Error: /sign-in/" in caplog.text  # it was looked at
    for secret in (token, personal, new, "WRONG2"):
        assert secret not in caplog.text


def test_the_web_server_logs_no_addresses_since_they_hold_links():
    at = web._OPTIONS.index("--verbosity")
    assert web._OPTIONS[at + 1] == "0"


@pytest.mark.usefixtures("kafka")
@pytest.mark.parametrize(
    "typed", ["\0", "A\0BC", "\u0663", "9" * 18, "9" * 5000, "-1", "\u202e"], ids=lambda typed: ascii(typed)[:9]
)
def test_whatever_is_typed_into_an_address_is_at_worst_a_missing_page(typed, classroom):
    """SQLite takes a NUL and PostgreSQL fails at it; Python reads no number of 5,000 digits."""
    ines, klass, alice = Client(raise_request_exception=False), classroom.klass.slug, classroom.alice.slug
    ines.force_login(classroom.ines.user, backend="django.contrib.auth.backends.ModelBackend")
    act = classroom.ines.acts.create(kind="create-topic", fields={"name": "a"}, state="done")
    exercise = "creating-topics.three-topics"
    gets = {
        reverse("people", args=[klass]): {"code_of": typed},
        reverse("seat", args=[klass, typed]): {},
        reverse("seat-merge", args=[klass, alice]): {"into": typed},
        reverse("class-reset", args=[klass]): {"did": typed},
        reverse("re-check", args=[klass]): {"job": typed},
        reverse("evidence", args=[klass, alice, exercise]): {"attempt": typed},
        reverse("history", args=[klass]): {"page": typed},
        reverse("grading", args=[klass]): {"text": typed, "sort": typed, "lesson": typed},
        reverse("re-grade", args=[klass, exercise]): {"accepted": typed},
        reverse("lesson", args=[klass, "creating-topics"]): {"block": typed, "act": str(act.pk), "hand": typed},
        reverse("sign-in"): {"link": typed},
        reverse("playground", args=[klass]): {"act": typed},
        f"{reverse('playground', args=[klass])}?act=create-topic": {"act": "create-topic", "did": typed},
        reverse("lesson-anew", args=[klass, "creating-topics"]): {"did": typed},
        reverse("scene", args=[klass, typed]): {},
        reverse("scene-edit", args=[klass, typed]): {},
    }
    posts = {
        reverse("re-check", args=[klass]): {"seat": typed},
        reverse("scene-new", args=[klass]): {"title": typed, "acts": typed},
        reverse("scene-play", args=[klass, a_scene_of(classroom.klass).link]): {"do": "delete-topic", "name": typed},
        reverse("return"): {"personal_code": typed, "at": typed},
    }
    answers = {url: ines.get(url, query).status_code for url, query in gets.items()}
    answers |= {url: ines.post(url, form).status_code for url, form in posts.items()}
    assert {url: status for url, status in answers.items() if status not in (200, 302, 404, 422)} == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "words"),
    [({}, "did not send this site&#x27;s cookie"), ({settings.CSRF_COOKIE_NAME: "a" * 32}, "can no longer be sent")],
    ids=["no cookie", "no token"],
)
def test_a_form_without_its_token_or_its_cookie_is_answered_by_a_page_that_says_what_to_do(cookie, words):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies.load(cookie)
    refused = browser.post(reverse("join"), {"code": "ABCDEF", "name": "Dora"})
    assert refused.status_code == 403
    assert words in refused.content.decode()
    assert "data-error" in refused.content.decode()


@pytest.mark.django_db
def test_a_page_can_be_asked_for_its_head_alone(classroom, alice_client):
    for url in (reverse("join"), reverse("lessons", args=[classroom.klass.slug])):
        answer = alice_client.head(url)
        assert (answer.status_code, answer.content) == (200, b"")
