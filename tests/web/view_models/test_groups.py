from __future__ import annotations

from django.template.loader import render_to_string

from lessons.cluster.groups import Group
from lessons.web.view_models.cluster import groups_context


def drawn(group: Group) -> str:
    return render_to_string("parts/_groups.html", groups_context([group]))


def test_a_group_that_is_no_consumer_group_is_named_and_said_to_be_of_another_kind():
    other = drawn(Group("sharing", state="", members=(), lags=(), protocol="other"))
    assert "sharing" in other
    assert "not a consumer group" in other
    assert "kafka-groups --list" in other
    usual = drawn(Group("readers", state="Stable", members=(), lags=(), protocol="classic"))
    assert "Stable" in usual
    assert "not a consumer group" not in usual
