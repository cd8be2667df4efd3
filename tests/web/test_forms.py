from __future__ import annotations

import pytest

from lessons.course.acts import ACTIONS
from lessons.course.acts.create_topic import CreateTopic
from lessons.course.acts.produce import Produce
from lessons.web.forms.acts import described_form


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_act_has_a_form_with_its_own_fields(kind):
    form = described_form(ACTIONS[kind], dom_id="act")
    assert set(form.fields) - {"act_id"} == set(ACTIONS[kind].model_fields)


def test_a_form_is_filled_in_with_the_defaults_of_the_act_and_what_the_lesson_says():
    form = described_form(CreateTopic, dom_id="act", initial={"name": "test1p"})
    assert form["name"].value() == "test1p"
    assert form["partitions"].value() == 1


def test_a_valid_form_holds_the_act():
    form = described_form(CreateTopic, dom_id="act", data={"name": "test1p", "partitions": "2", "replicas": "1"})
    assert form.is_valid()
    assert form.made == CreateTopic(name="test1p", partitions=2, replicas=1)


def test_text_where_a_number_is_wanted_is_said_at_the_field():
    form = described_form(CreateTopic, dom_id="act", data={"name": "x", "partitions": "many", "replicas": "1"})
    assert not form.is_valid()
    assert "whole number" in form.errors["partitions"][0]


def test_what_kafka_refuses_by_itself_passes_the_form():
    """Its refusal is what is to be learned."""
    for partitions, replicas in (("0", "1"), ("1", "4"), ("13", "1"), ("-1", "1")):
        data = {"name": "bad name!", "partitions": partitions, "replicas": replicas}
        assert described_form(CreateTopic, dom_id="act", data=data).is_valid()


def test_lines_of_a_form_become_values_without_carriage_returns():
    form = described_form(Produce, dom_id="act", data={"topic": "test1p", "values": "1\r\n2\r\n"})
    assert form.is_valid()
    assert [message.value for message in form.made.messages()] == [b"1", b"2"]


def test_a_form_without_a_value_says_how_to_send_an_empty_one():
    data = {"topic": "test1p", "values": ""}
    form = described_form(Produce, dom_id="act", data=data)
    assert "press Enter once" in str(form.errors["values"])
    assert described_form(Produce, dom_id="act", data={**data, "tombstone": "on"}).is_valid()
    on_purpose = described_form(Produce, dom_id="act", data={**data, "values": "\r\n"})
    assert on_purpose.is_valid()
    assert [message.value for message in on_purpose.made.messages()] == [b""]


def test_spaces_in_a_value_are_kept():
    form = described_form(Produce, dom_id="act", data={"topic": "test1p", "values": "  a  "})
    assert form.is_valid()
    assert form.made.messages()[0].value == b"  a  "


def test_a_header_without_an_equals_sign_is_said_on_the_form():
    form = described_form(Produce, dom_id="act", data={"topic": "test1p", "values": "1", "headers": "lonely"})
    assert not form.is_valid()
    assert "name=value" in str(form.errors)


def test_more_records_than_the_form_sends_at_once_are_refused_and_counted():
    form = described_form(Produce, dom_id="act", data={"topic": "test1p", "values": "\n".join("x" * 501)})
    assert not form.is_valid()
    assert "501 records" in str(form.errors)


def test_what_few_fill_in_stands_apart_unless_the_lesson_or_the_student_fills_it_in():
    form = described_form(CreateTopic, dom_id="act")
    assert [field.name for field in form.usual_fields] == ["name", "partitions", "replicas"]
    assert [field.name for field in form.rare_fields] == ["config"]
    assert not form.has_rare_values
    of_a_lesson = described_form(CreateTopic, dom_id="act", initial={"config": "retention.ms=60000"})
    assert [field.name for field in of_a_lesson.usual_fields][-1] == "config"
    wrong = described_form(CreateTopic, dom_id="act", data={"name": "x", "partitions": 1, "replicas": 1, "config": "?"})
    assert not wrong.is_valid()
    assert wrong.has_rare_values
