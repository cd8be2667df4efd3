"""Rows go to the feed from a thread of their own; who stores them only rings."""

from __future__ import annotations

from collections import Counter
from uuid import uuid4

import pytest

from lessons.classroom import changes
from lessons.classroom.feed.outbox import Outbox
from lessons.classroom.perform import perform
from lessons.course.acts.create_topic import CreateTopic
from tests.classroom.checks.test_attempts import told
from tests.waiting import wait_for

pytestmark = [pytest.mark.usefixtures("kafka"), pytest.mark.django_db(transaction=True)]


def test_a_row_is_sent_once_however_often_it_is_rung_for(alice, own_process):
    acts = [perform(alice, CreateTopic(name=name), act_id=uuid4()) for name in ("test1p", "test2p")]
    for _ in range(20):
        for act in acts:
            own_process.outbox.ring(changes.of_act(act), act)
    wait_for(lambda: not alice.acts.filter(feed_offset=None).exists())
    assert own_process.outbox.publish_unsent(alice.klass) == 0
    said = Counter(each["id"] for each in told(alice.klass, "act") if each["state"] == "done")
    assert said == {str(act.pk): 1 for act in acts}


def test_what_an_earlier_process_left_is_sent_when_the_next_one_starts(alice, own_process):
    act = perform(alice, CreateTopic(name="test1p"), act_id=uuid4())
    wait_for(lambda: not alice.acts.filter(feed_offset=None).exists())
    own_process.outbox.close()
    left = act.settled_at.replace(year=act.settled_at.year - 1)
    alice.acts.update(feed_offset=None, settled_at=left)  # its process ended before it was sent
    outbox = Outbox()
    outbox.start()
    wait_for(lambda: not alice.acts.filter(feed_offset=None).exists())
    outbox.close()
