"""Makes, changes and deletes the scenes of a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lessons.classroom.models import Class, Member, Scene
from lessons.classroom.scenes.steps import (
    MOST_BYTES,
    VERSION,
    NotAScene,
    SceneFile,
    SceneStep,
    checked,
    clean_title,
    file_of,
    too_large,
)

MOST_SCENES = 200  # of a class


def make(by: Member, made: SceneFile) -> Scene:
    """Raises: NotAScene."""
    if len(file_of(made.title, made.steps).encode()) > MOST_BYTES:
        raise NotAScene(too_large())
    if by.klass.scenes.count() >= MOST_SCENES:
        words = _("A class has at most %(most)s scenes. Delete one that you no longer need.")
        raise NotAScene(words % {"most": MOST_SCENES})
    return Scene.objects.create(klass=by.klass, title=made.title, steps=_rows(made.steps), version=VERSION, made_by=by)


def recorded(title: str, steps: Sequence[SceneStep]) -> SceneFile:
    """A scene of what was done in the playground. Raises: NotAScene."""
    return SceneFile(clean_title(title), checked([{"kind": each.kind, "fields": each.fields} for each in steps]))


def change(scene: Scene, *, title: str, keep: Sequence[int]) -> None:
    """Gives it a title, and leaves the steps with these ids, in this order. Raises: NotAScene."""
    title = clean_title(title)
    with transaction.atomic():
        stored = Scene.objects.select_for_update().get(pk=scene.pk)
        by_id = {each["id"]: each for each in stored.steps}
        steps = [by_id[each] for each in dict.fromkeys(keep) if each in by_id]
        if not steps:
            raise NotAScene(_("A scene needs at least one step."))
        stored.title, stored.steps = title, steps
        stored.save(update_fields=["title", "steps"])


def scenes_of(klass: Class) -> Iterable[Scene]:
    """The newest first."""
    return klass.scenes.select_related("made_by").order_by("-made_at", "-pk")


def _rows(steps: Iterable[SceneStep]) -> list[dict[str, Any]]:
    return [
        {"id": number, "kind": step.kind, "fields": step.action.model_dump(mode="json") if step.action else {}}
        for number, step in enumerate(steps, 1)
    ]
