"""The steps of a scene, and its file: read from JSON, each fault with its step and a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from lessons.classroom.models import Act, Scene
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action, topics_named

FORMAT = "kafkaclass-scene"
VERSION = 1
MOST_STEPS = 100
MOST_BYTES = 512 * 1024
LONGEST_TITLE = 80


class NotAScene(Exception):
    """What is wrong with it, as a sentence."""


@dataclass(frozen=True)
class SceneStep:
    """One act of a scene. Without an `action` it can't be played here, and `problem` says why."""

    id: int
    number: int
    kind: str
    fields: Mapping[str, Any] = field(repr=False)
    action: Action | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """What it does: `Create a topic: test1p with 1 partition, 1 replica`."""
        if self.action is None:
            return _("“%(kind)s”") % {"kind": self.kind}
        line = self.action.feed_line()
        return f"{_(self.action.title)}: {line}" if line else _(self.action.title)


@dataclass(frozen=True)
class SceneFile:
    title: str
    steps: tuple[SceneStep, ...]


def steps_of(scene: Scene) -> tuple[SceneStep, ...]:
    """In their order; what this version can't play has its problem."""
    raw = scene.steps if isinstance(scene.steps, list) else []
    return tuple(_stored(number, each) for number, each in enumerate(raw, 1) if isinstance(each, Mapping))


def topics_of(scene: Scene) -> tuple[str, ...]:
    """Those that its steps name."""
    return tuple(dict.fromkeys(name for step in steps_of(scene) for name in topics_named(step.fields)))


def _stored(number: int, raw: Mapping[str, Any]) -> SceneStep:
    step = SceneStep(int(raw.get("id", number)), number, str(raw.get("kind", "")), raw.get("fields") or {})
    return _with_action(step)


def _with_action(step: SceneStep) -> SceneStep:
    about = {"number": step.number, "kind": step.kind}
    action = ACTIONS.get(step.kind)
    if action is None or not action.about:
        problem = _("Step %(number)s: this version of the app has no action “%(kind)s” for scenes.") % about
        return SceneStep(step.id, step.number, step.kind, step.fields, problem=problem)
    try:
        made = action.model_validate(step.fields)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        words = fault["msg"].removeprefix("Value error, ")
        about |= {"field": ".".join(map(str, fault["loc"])) or "?", "words": words}
        problem = _("Step %(number)s, “%(kind)s”: the field %(field)s is wrong: %(words)s") % about
        return SceneStep(step.id, step.number, step.kind, step.fields, problem=problem)
    return SceneStep(step.id, step.number, step.kind, step.fields, action=made)


def steps_of_acts(acts: Iterable[Act]) -> list[tuple[Act, SceneStep]]:
    """The last of these acts that can be steps, as many as a scene may have, in their order."""
    steps = [(act, _with_action(SceneStep(0, 1, act.kind, act.fields))) for act in acts]
    return [(act, step) for act, step in steps if step.action is not None][-MOST_STEPS:]


def file_of(title: str, steps: Iterable[SceneStep]) -> str:
    """The scene as JSON, to be read again by `read_file`, here or elsewhere."""
    body = {
        "format": FORMAT, "version": VERSION, "title": title,
        "steps": [{"kind": step.kind, "fields": dict(step.fields)} for step in steps],
    }  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def read_file(content: bytes) -> SceneFile:
    """Raises: NotAScene."""
    if len(content) > MOST_BYTES:
        raise NotAScene(too_large())
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError):
        raise NotAScene(_("The file is not JSON. Upload a scene as it was downloaded.")) from None
    if not isinstance(raw, Mapping) or raw.get("format") != FORMAT:
        words = _("The file is JSON, but not a scene: a scene says “format”: “%(format)s” at its top.")
        raise NotAScene(words % {"format": FORMAT})
    _check_version(raw.get("version"))
    return SceneFile(clean_title(raw.get("title")), checked(raw.get("steps")))


def too_large() -> str:
    return _("A scene has at most %(kib)s KiB. Leave out a step that sends much.") % {"kib": MOST_BYTES // 1024}


def _check_version(version: object) -> None:
    if type(version) is not int or version < 1:
        raise NotAScene(_("The scene does not say the version of its format."))
    if version > VERSION:
        words = _(
            "The scene was made by a newer version of the app: its format has the version %(its)s, and this app knows "
            "%(ours)s. Update this app, or record the scene here."
        )
        raise NotAScene(words % {"its": version, "ours": VERSION})


def clean_title(typed: object) -> str:
    """Raises: NotAScene."""
    title = " ".join(typed.split()) if isinstance(typed, str) else ""
    if not title or not title.isprintable():
        raise NotAScene(_("A scene needs a title without invisible characters."))
    if len(title) > LONGEST_TITLE:
        raise NotAScene(_("The title of a scene has at most %(most)s characters.") % {"most": LONGEST_TITLE})
    return title


def checked(raw: object) -> tuple[SceneStep, ...]:
    """The steps, each of which can be played here. Raises: NotAScene, which names the first one that can't."""
    if not isinstance(raw, Sequence) or isinstance(raw, str | bytes) or not raw:
        raise NotAScene(_("A scene needs at least one step."))
    if len(raw) > MOST_STEPS:
        words = _("A scene has at most %(most)s steps, and this one has %(count)s.")
        raise NotAScene(words % {"most": MOST_STEPS, "count": len(raw)})
    steps = []
    for number, each in enumerate(raw, 1):
        if not isinstance(each, Mapping) or not isinstance(each.get("kind"), str):
            raise NotAScene(_("Step %(number)s is no action: it needs a kind and fields.") % {"number": number})
        fields = each.get("fields", {})
        if not isinstance(fields, Mapping):
            raise NotAScene(_("Step %(number)s: its fields are no list of names and values.") % {"number": number})
        step = _with_action(SceneStep(number, number, each["kind"][:40], fields))
        if step.action is None:
            raise NotAScene(step.problem)
        steps.append(step)
    return tuple(steps)
