"""Beside the form that changes a setting: what it means, how it is now, and what it is otherwise."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from lessons.cluster import topics
from lessons.cluster.limits import SETTINGS
from lessons.course.topic_settings import MEANS
from tests.signing_in import browser_of

pytestmark = pytest.mark.usefixtures("kafka")


def told(client, klass, **asked: str) -> str:
    answer = client.get(reverse("topic-setting", args=[klass.slug]), asked)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", answer.content.decode()))


def test_each_setting_that_can_be_changed_is_explained_with_its_value_now_and_otherwise(alice, alice_client):
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    otherwise = {each.name: each.value for each in topics.describe_config(alice.namespace, "test1p")}
    assert MEANS.keys() == SETTINGS.keys()
    for name in SETTINGS:
        page = told(alice_client, alice.klass, topic="test1p", setting=name)
        assert MEANS[name] in page
        assert f"Now {otherwise[name]}" in page.replace("  ", " ")
    for name, value in (("retention.ms", "60000"), ("segment.ms", "10000"), ("min.insync.replicas", "2")):
        topics.alter_config(alice.namespace, "test1p", name, value)
        page = re.sub(" +", " ", told(alice_client, alice.klass, topic="test1p", setting=name))
        assert f"Now {value}" in page
        assert f"If it is not set {otherwise[name]}" in page


def test_for_another_name_those_are_listed_that_can_be_changed_and_a_missing_topic_is_said(alice, alice_client):
    assert "retention.ms" in told(alice_client, alice.klass, topic="none", setting="retention")
    page = told(alice_client, alice.klass, topic="none", setting="retention.ms")
    assert MEANS["retention.ms"] in page
    assert "There is no topic none yet." in page


def test_the_form_asks_for_it_and_a_page_that_is_only_seen_does_not(alice, alice_client, classroom):
    address = reverse("topic-setting", args=[alice.klass.slug])
    assert (
        f'hx-get="{address}"'
        in alice_client.get(reverse("lesson", args=[alice.klass.slug, "retention"])).content.decode()
    )
    seen = browser_of(classroom.ines).get(reverse("seat-lesson", args=[alice.klass.slug, alice.slug, "retention"]))
    assert address not in seen.content.decode()
