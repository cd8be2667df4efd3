from __future__ import annotations

import pytest

from lessons.cluster.errors import AppRefused
from lessons.cluster.namespace import Namespace

ALICE = Namespace("c1", "alice")
BOB = Namespace("c1", "bob")


def test_a_short_name_becomes_a_full_one_and_back() -> None:
    assert ALICE.full("test1p") == "c1.alice.test1p"
    assert ALICE.short("c1.alice.test1p") == "test1p"


def test_a_name_of_somebody_else_is_not_shortened() -> None:
    assert ALICE.short("c1.bob.test1p") == "c1.bob.test1p"
    assert ALICE.short("__consumer_offsets") == "__consumer_offsets"


def test_alice_owns_hers_and_not_bobs() -> None:
    assert ALICE.owns("c1.alice.test1p")
    for other in ("c1.bob.test1p", "c1.alice", "c1.alice.", "c1.alicex.a", "xc1.alice.a", "__consumer_offsets"):
        assert not ALICE.owns(other)


@pytest.mark.parametrize("name", ["c1.bob.test1p", ".bob.test1p", "../bob/test1p", "..c1.bob.a", " c1.bob.a"])
def test_no_name_leads_out_of_the_namespace(name: str) -> None:
    full = ALICE.full(name)
    assert ALICE.owns(full)
    assert not BOB.owns(full)
    assert ALICE.short(full) == name


@pytest.mark.parametrize("slug", ["", "a.b", "a_b", "a b", "a/b", "a.", "ä", "a\n"])
def test_a_slug_that_could_blur_two_seats_is_no_slug(slug: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        Namespace("c1", slug)
    with pytest.raises(ValueError, match="slug"):
        Namespace(slug, "alice")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "EMPTY_NAME"),
        (".", "DOT_NAME"),
        ("..", "DOT_NAME"),
        ("x" * 241, "TOO_LONG"),
        ("a\0b", "ILLEGAL_NAME"),
        ("a\ud83d", "ILLEGAL_NAME"),
    ],
)
def test_what_the_prefix_would_make_legal_is_refused_by_the_app(name: str, code: str) -> None:
    with pytest.raises(AppRefused) as caught:
        ALICE.full(name)
    assert caught.value.code == code


def test_the_longest_name_that_is_offered_fills_kafkas_249_characters() -> None:
    assert ALICE.max_name_length == 240
    assert len(ALICE.full("x" * ALICE.max_name_length)) == 249


@pytest.mark.parametrize("name", ["bad name!", "ä", "...", "a b", "-"])
def test_other_names_are_left_for_kafka_to_judge(name: str) -> None:
    assert ALICE.full(name) == "c1.alice." + name


def test_a_group_without_an_id_is_refused_in_the_words_for_groups() -> None:
    with pytest.raises(AppRefused, match=r"for a group\. This app answered: A name cannot be empty"):
        ALICE.full("", thing="group")


def test_kafkas_sentences_lose_the_prefix_wherever_it_stands() -> None:
    words = "Topic 'c1.alice.a_b' collides with existing topic: c1.alice.a.b"
    assert ALICE.strip(words) == "Topic 'a_b' collides with existing topic: a.b"
