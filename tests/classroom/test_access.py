from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from lessons.classroom.access import get_member, get_own_act
from lessons.classroom.models import Act


def test_a_member_is_let_into_the_class_and_a_stranger_is_not(classroom):
    slug = classroom.klass.slug
    assert get_member(classroom.alice.user, slug) == classroom.alice
    with pytest.raises(Http404) as refusal_for_stranger:
        get_member(classroom.charlie.user, slug)
    with pytest.raises(Http404) as refusal_for_missing:
        get_member(classroom.alice.user, "no-such-class")
    assert str(refusal_for_stranger.value) == str(refusal_for_missing.value)


def test_somebody_who_is_signed_out_gets_the_same_answer(classroom):
    with pytest.raises(Http404):
        get_member(AnonymousUser(), classroom.klass.slug)


def test_an_act_is_reached_by_its_owner_only(classroom):
    act = Act.objects.create(member=classroom.alice, kind="create-topic", fields={})
    assert get_own_act(classroom.alice, act.id) == act
    with pytest.raises(Http404):
        get_own_act(classroom.bob, act.id)


@pytest.mark.parametrize("name", ["lessons", "cluster"])
def test_pages_of_a_class_answer_a_stranger_as_if_there_were_none(name, classroom, client):
    from django.urls import reverse

    client.force_login(classroom.charlie.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse(name, args=[classroom.klass.slug])).status_code == 404
    assert client.get(reverse(name, args=["nothing"])).status_code == 404
