"""Every refusal of the app stands in one list, can be said, and is made nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import lessons
from lessons.cluster.errors import AppRefused
from lessons.cluster.refusals import Refusal

HERE = Path(lessons.__file__).parent
KINDS = {"AppRefused", "TooFast", "TooMuch"}


def placeholders(refusal: Refusal) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", refusal.answered + refusal.advice))


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(HERE)}:{node.lineno}", node


def makings() -> Iterator[tuple[str, Refusal, set[str]]]:
    """Where a refusal is made, which, and what is put in."""
    for place, call in calls():
        match call.func:
            case ast.Attribute(ast.Attribute(ast.Name("Refusal"), name), "error"):
                yield place, Refusal[name], {each.arg or "" for each in call.keywords}


@pytest.mark.parametrize("refusal", Refusal, ids=lambda refusal: refusal.name)
def test_each_refusal_can_be_said_in_whole_sentences(refusal: Refusal) -> None:
    error = refusal.error(asked="Do it", **{name: 7 for name in placeholders(refusal)})
    assert type(error) is AppRefused
    assert error.code == refusal.name
    assert "%" not in str(error)
    assert error.answered.endswith(".")
    assert error.advice.endswith(".")


def test_whoever_refuses_fills_in_every_placeholder_and_nothing_else() -> None:
    for place, refusal, given in makings():
        assert given - {"asked", "kind"} == placeholders(refusal), place


def test_each_refusal_is_made_somewhere() -> None:
    """By its name; some are handed to who makes them."""
    named = {
        node.attr
        for path in HERE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Refusal"
    }
    assert {refusal.name for refusal in Refusal} <= named


def test_no_refusal_is_made_but_from_the_list() -> None:
    made = [place for place, call in calls() if isinstance(call.func, ast.Name) and call.func.id in KINDS]
    assert made == []
    subclasses = {kind.__name__ for kind in AppRefused.__subclasses__()}
    assert subclasses <= KINDS
