"""The scenes of a class: recorded by instructors, played on the pages."""

from typing import Any

from django.http import Http404
from ninja import Router
from ninja.pagination import paginate

from lessons.classroom.access import NOT_YOURS, get_asker, get_scene
from lessons.classroom.models import Role, Scene
from lessons.classroom.scenes.steps import steps_of
from lessons.classroom.scenes.storing import scenes_of
from lessons.web.api.doors import Asking
from lessons.web.api.pages import Pages
from lessons.web.api.record import Converted
from lessons.web.api.schemas import SceneOut

router = Router(tags=["scenes"])


@router.get("/classes/{slug:class_slug}/scenes", response=list[SceneOut])
@paginate(Pages)
def list_scenes(request: Asking, class_slug: str):
    """The scenes of the class, newest first; for instructors. Students are handed a scene's link."""
    member = get_asker(request.auth, class_slug)
    if member.role != Role.INSTRUCTOR:
        raise Http404(NOT_YOURS)
    return Converted(scenes_of(member.klass), _scene)


@router.get("/classes/{slug:class_slug}/scenes/{str:link}", response=SceneOut)
def get_one_scene(request: Asking, class_slug: str, link: str):
    """One scene with its steps. Play it step by step: each one is an act."""
    return _scene(get_scene(get_asker(request.auth, class_slug), link))


def _scene(scene: Scene) -> dict[str, Any]:
    steps = [
        {"id": step.id, "kind": step.kind, "fields": step.fields, "line": step.words, "problem": step.problem}
        for step in steps_of(scene)
    ]
    return {
        "link": scene.link, "title": scene.title, "version": scene.version, "made_by": scene.made_by.name,
        "made_at": scene.made_at, "steps": steps,
    }  # fmt: skip
