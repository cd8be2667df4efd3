"""Whatever a check has observed, its judge answers, the same each time, and in whole sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.course.exercise import Exercise

SEED = "a seat"


def always_answers(exercise: Exercise, parts: Mapping[str, st.SearchStrategy[Any]], *, states: Collection[str]) -> None:
    """`parts`: what can stand under each name of an observation; `states`: what its verdict may be."""

    @settings(max_examples=300, deadline=None, database=None)
    @given(st.fixed_dictionaries(dict(parts)))
    def judged(observation: dict[str, Any]) -> None:
        verdict = exercise.judge(observation, SEED)
        assert verdict == exercise.judge(observation, SEED)
        assert verdict.state in states
        assert verdict.seen.endswith((".", "”"))
        if verdict.state == "not_yet":
            assert verdict.expected
            assert not verdict.why or verdict.why.endswith((".", "?"))
        else:
            assert verdict.is_begun

    judged()
