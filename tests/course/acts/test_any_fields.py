"""Every act, with fields that nobody would type: either they are refused, or all that is shown of it can be made."""

from __future__ import annotations

import ast
import json

import pytest
from pydantic import ValidationError

from lessons.cluster.namespace import Namespace
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, Where
from tests.any_input import mutants

INPUTS_OF_AN_ACT = 200
PLACES = [
    Where(namespace=Namespace("kafka", "7KQ4"), bootstrap_servers="127.0.0.1:9092,127.0.0.1:9093"),
    Where(
        namespace=Namespace("kafka", "7KQ4"),
        bootstrap_servers="127.0.0.1:9092",
        laptop_servers="192.168.1.17:9095",
    ),
]


def show_all(action: Action) -> None:
    for place in PLACES:
        for program in (action.python(place), action.cell(place)):
            ast.parse(program)
        assert bool(action.command(place)) == bool(action.script(place))
        assert action.command(place) or not action.asks_kafka
    assert action.told(action.feed_line(), "done")
    assert action.weight() >= 0
    again = type(action).model_validate(json.loads(json.dumps(action.model_dump(mode="json"))))
    assert again == action


@pytest.mark.parametrize("kind", ACTIONS)
def test_any_fields_are_refused_or_make_an_act_that_can_be_shown(kind: str) -> None:
    act, refused = ACTIONS[kind], 0
    for fields in mutants(act.example, number=INPUTS_OF_AN_ACT, seed=kind):
        try:
            action = act.model_validate(fields)
        except ValidationError:
            refused += 1
            continue
        show_all(action)
    assert refused > 0
