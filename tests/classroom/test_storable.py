"""What Kafka holds and what a browser sends can be stored, whatever bytes it is made of."""

from __future__ import annotations

import json
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from lessons.classroom.access import get_exercise
from lessons.classroom.checks.attempts import check, check_seat
from lessons.classroom.models import Attempt
from lessons.classroom.perform import perform
from lessons.classroom.storable import storable
from lessons.cluster import records, topics
from lessons.cluster.records import Message
from lessons.course.acts.produce import Produce

texts = st.text(st.characters(codec=None))  # halves of surrogate pairs, too
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(anything)
def test_what_is_stored_is_what_json_gives_back_and_a_database_takes(value: object) -> None:
    kept = storable(value)
    text = json.dumps(kept, ensure_ascii=False, allow_nan=False)
    assert "\\u0000" not in text
    text.encode()  # raises at half of a surrogate pair
    assert json.loads(text) == kept
    assert storable(kept) == kept


def test_evidence_of_a_record_that_begins_with_a_zero_byte_is_kept_and_is_no_news_a_minute_later(alice, kafka):
    """As every Avro record of a schema registry does. PostgreSQL takes no NUL."""
    lesson, nine = get_exercise("producing.nine-delivered")
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    perform(alice, Produce(topic="test1p", values="\n".join("123456789")), act_id=uuid4(), lesson=lesson.slug)
    topics.delete_topic(alice.namespace, "test1p")
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    records.produce(alice.namespace, "test1p", [Message(value=b"\0\0\0\0\7avro")] * 9)
    attempt = check(alice, nine)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.NOT_YET
    assert attempt.observation is not None
    assert attempt.observation.data["rows"]["0"][0] == [0, r"\x00\x00\x00\x00" + "\7avro"]
    check_seat(alice, [lesson], begun={lesson.slug})
    Attempt.objects.update(decided_at="2020-01-01T00:00:00Z")
    assert not check_seat(alice, [lesson], begun={lesson.slug})
