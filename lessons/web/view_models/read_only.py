"""A student's lesson as staff see it: filled in, read-only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lessons.classroom.models import Act, Member
from lessons.course.loader import Block, Lesson
from lessons.web.view_models.hands import HandCard
from lessons.web.view_models.lesson import ActCard, ExerciseCard, StreamCard, act_card


def read_only_card(card: Any) -> Any:
    """The card without addresses and with its form disabled: from here it would act for the reader, not the student."""
    if form := getattr(card, "form", None):
        for field in form.fields.values():
            field.disabled = True
    match card:
        case ExerciseCard():
            return replace(card, check_url="", hand_url="")
        case ActCard():
            return replace(card, url="", code_url="", cell="", setting_url="")
        case StreamCard():
            return replace(card, url="", code_url="", cell="")
        case HandCard():
            return replace(card, url="")
    return card


def latest_act_cards(seat: Member, lesson: Lesson) -> dict[int, ActCard]:
    """{block: its card with the student's last act there and Kafka's answer}."""
    settled = seat.acts.filter(lesson=lesson.slug).exclude(state=Act.State.RUNNING).order_by("-settled_at")
    blocks = {index: block for index, block in enumerate(lesson.blocks) if block.kind == "act"}
    cards: dict[int, ActCard] = {}
    for act in settled[:50]:
        index = _block_of(act, {index: block for index, block in blocks.items() if index not in cards})
        if index is not None:
            cards[index] = act_card(seat, lesson, index, act=act)
    return cards


def _block_of(act: Act, blocks: dict[int, Block]) -> int | None:
    """An act does not know its form. It is the one that was filled in like it, or the first of its kind."""
    same_kind = [index for index, block in blocks.items() if block.name == act.kind]
    alike = [index for index in same_kind if (blocks[index].fields or {}).items() <= act.fields.items()]
    return next(iter([*alike, *same_kind]), None)
