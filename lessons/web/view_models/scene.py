"""What the page of a scene shows: each step with what became of it, and what can be pressed now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lessons.classroom.scenes.before import Before
from lessons.classroom.scenes.playing import Play, Taken
from lessons.course.acts.consume import Consume
from lessons.web.view_models.lesson import AnswerCard, answer_card


@dataclass(frozen=True)
class StepLine:
    taken: Taken
    answer: AnswerCard | None
    is_next: bool


def scene_context(now: Play, before: Before, *, said: str = "", go_on_ms: int = 0) -> dict[str, Any]:
    """`said`: a sentence about what was just pressed. `go_on_ms`: after that the page asks for the next step by itself."""
    lines = [
        StepLine(each, answer_card(each.act) if each.act else None, now.next is not None and each is now.next)
        for each in now.taken
    ]
    return {
        "scene": now.scene,
        "play": now,
        "lines": lines,
        "next": now.next,
        "left": len(now.left),
        "count": len(lines),
        "has_consumer": any(each.step.kind == Consume.kind for each in now.taken),
        "before": before,
        "said": said,
        "go_on_ms": go_on_ms,
        "heard": "" if go_on_ms else _heard(now),
    }


def _heard(now: Play) -> str:
    """What has just happened, for whoever hears the page."""
    if now.next is None:
        return _("The scene is over.")
    if now.next.state == "stopped" and now.next.act is not None:
        return answer_card(now.next.act).headline + " " + now.next.act.answer.get("words", "")
    done = [each for each in now.taken if each.state == "done"]
    return _("%(step)s: done.") % {"step": done[-1].step.words} if done else ""
