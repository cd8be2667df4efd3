from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import ApiToken
from lessons.classroom.people.tokens import MOST_ACTIVE_TOKENS, make_token, revoke
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def greta(classroom) -> Client:
    return browser_of(classroom.greta)


def ask(token: str, member, path: str = "/exercises", client: Client | None = None):
    headers = {"Authorization": f"Bearer {token}"}
    return (client or Client()).get(f"/api/v1/classes/{member.klass.slug}{path}", headers=headers)


def make_on_the_page(client: Client, member, **fields):
    return client.post(reverse("tokens", args=[member.klass.slug]), {"name": "nightly", "days": "30", **fields})


def shown_token(answer) -> str:
    return answer.context["new"]


def test_a_token_is_shown_once_and_is_in_no_row(classroom, greta):
    answer = make_on_the_page(greta, classroom.greta)
    token = shown_token(answer)
    assert answer.status_code == 201
    assert token.startswith("kc_")
    assert len(bytes.fromhex(token.removeprefix("kc_"))) * 8 >= 160
    assert token in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert token not in greta.get(reverse("tokens", args=[classroom.klass.slug])).content.decode()
    assert token not in str(ApiToken.objects.values())


def test_a_token_opens_its_own_class_and_another_class_is_as_missing_as_one_that_is_not_there(classroom):
    _, token = make_token(classroom.greta, "nightly", days=1)
    assert ask(token, classroom.greta).status_code == 200
    other = ask(token, classroom.charlie)
    classroom.charlie.klass.slug = "no-such-class"
    nowhere = ask(token, classroom.charlie)
    assert (other.status_code, other.json()) == (nowhere.status_code, nowhere.json())
    assert other.status_code == 404


@pytest.mark.parametrize("end", ["expire", "revoke", "remove"])
def test_an_expired_token_a_revoked_one_and_one_of_somebody_removed_open_nothing(classroom, end):
    row, token = make_token(classroom.alice, "nightly", days=1)
    assert ask(token, classroom.alice).status_code == 200
    match end:
        case "expire":
            ApiToken.objects.update(expires_at=timezone.now())
        case "revoke":
            revoke(row)
        case "remove":
            classroom.alice.removed_at = timezone.now()
            classroom.alice.save()
    refused = ask(token, classroom.alice)
    assert refused.status_code == 401
    assert "token" in refused.json()["answered"]


@pytest.mark.parametrize("token", ["", "kc_", "kc_" + "0" * 48, "kc_ü\x00", "x" * 5000])
def test_what_is_no_token_opens_nothing_even_beside_a_session(classroom, greta, token):
    assert ask(token, classroom.greta, client=greta).status_code == 401


def test_a_token_needs_no_csrf_token_and_a_session_does(classroom):
    _, token = make_token(classroom.alice, "nightly", days=1)
    url, body = f"/api/v1/classes/{classroom.klass.slug}/acts/create-topic", {}
    careful = Client(enforce_csrf_checks=True)
    by_token = careful.post(url, body, content_type="application/json", headers={"Authorization": f"Bearer {token}"})
    assert by_token.status_code == 422  # the script has come in, and sent no name
    careful.force_login(classroom.alice.user, backend="django.contrib.auth.backends.ModelBackend")
    assert careful.post(url, body, content_type="application/json").status_code == 403


def test_its_use_is_noted_at_most_once_a_minute(classroom):
    row, token = make_token(classroom.alice, "nightly", days=1)
    ask(token, classroom.alice)
    row.refresh_from_db()
    first = row.last_used_at
    with CaptureQueriesContext(connection) as asked:
        ask(token, classroom.alice)
    assert not any(query["sql"].startswith("UPDATE") for query in asked)
    row.refresh_from_db()
    assert row.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    ask(token, classroom.alice)
    row.refresh_from_db()
    assert row.last_used_at > first


def test_the_list_shows_ones_own_tokens_and_a_revoked_one_among_the_ended(classroom, greta):
    make_token(classroom.alice, "hers alone", days=1)
    make_on_the_page(greta, classroom.greta, name="<b>nightly</b>")
    page = reverse("tokens", args=[classroom.klass.slug])
    shown = greta.get(page)
    assert "hers alone" not in shown.content.decode()
    assert "&lt;b&gt;nightly&lt;/b&gt;" in shown.content.decode()
    [row] = shown.context["active"]
    assert greta.post(reverse("token-revoke", args=[classroom.klass.slug, row.pk])).url == page
    shown = greta.get(page)
    assert (shown.context["active"], [token.pk for token in shown.context["ended"]]) == ([], [row.pk])


def test_nobody_revokes_the_token_of_somebody_else(classroom, greta):
    row, token = make_token(classroom.alice, "hers", days=1)
    url = reverse("token-revoke", args=[classroom.klass.slug, row.pk])
    assert greta.post(url).status_code == 404
    assert ask(token, classroom.alice).status_code == 200
    assert greta.post(reverse("token-revoke", args=[classroom.klass.slug, 2**70])).status_code == 404


@pytest.mark.parametrize("fields", [{"days": "0"}, {"days": "366"}, {"days": ""}, {"name": " "}, {"name": "x" * 61}])
def test_a_token_has_a_name_and_at_most_a_year(classroom, greta, fields):
    assert make_on_the_page(greta, classroom.greta, **fields).status_code == 422
    assert not classroom.greta.tokens.exists()


def test_no_member_has_more_than_ten_living_tokens_and_revoking_one_makes_room(classroom, greta):
    for _ in range(MOST_ACTIVE_TOKENS):
        assert make_on_the_page(greta, classroom.greta).status_code == 201
    refused = make_on_the_page(greta, classroom.greta)
    assert refused.status_code == 422
    assert "Revoke one" in refused.content.decode()
    revoke(classroom.greta.tokens.first())
    assert make_on_the_page(greta, classroom.greta).status_code == 201
