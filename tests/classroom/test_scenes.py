"""What a scene is made of: its file, each fault in it, and what it would meet."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from lessons.classroom.scenes import steps, storing
from lessons.classroom.scenes.before import Before, look
from lessons.classroom.scenes.steps import NotAScene, checked, file_of, read_file, steps_of

CREATE = {"kind": "create-topic", "fields": {"name": "rides"}}
SEND = {"kind": "produce", "fields": {"topic": "rides", "values": "1"}}


def scene_file(**changed: Any) -> bytes:
    return json.dumps(
        {"format": "kafkaclass-scene", "version": 1, "title": "Rides", "steps": [CREATE], **changed}
    ).encode()


def test_a_file_that_was_downloaded_is_read_again():
    read = read_file(scene_file(steps=[CREATE, SEND]))
    again = read_file(file_of(read.title, read.steps).encode())
    assert again == read
    assert again.steps[0].words == "Create a topic: rides with 1 partition, 1 replica"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not a scene"),
        (b" " * (steps.MOST_BYTES + 1), "at most 512 KiB"),
        (scene_file(version=2), "newer version of the app: its format has the version 2"),
        (scene_file(version=True), "does not say the version"),
        (scene_file(title=""), "needs a title"),
        (scene_file(title="a\u202eb"), "invisible"),
        (scene_file(title="x" * 81), "at most 80"),
        (scene_file(steps=[]), "at least one step"),
        (scene_file(steps="create-topic"), "at least one step"),
        (scene_file(steps=[CREATE] * 101), "at most 100 steps, and this one has 101"),
        (scene_file(steps=[CREATE, 7]), "Step 2 is no action"),
        (scene_file(steps=[CREATE, {"kind": "produce", "fields": []}]), "Step 2: its fields"),
        (scene_file(steps=[CREATE, {"kind": "fly"}]), "Step 2: this version of the app has no action “fly”"),
        (scene_file(steps=[{"kind": "submit-answers", "fields": {}}]), "Step 1: this version of the app has no action"),
        (scene_file(steps=[CREATE, {"kind": "create-topic", "fields": {"name": 5}}]), "Step 2, “create-topic”: the field name"),
        (scene_file(steps=[{"kind": "create-topic", "fields": {"name": "a", "colour": 1}}]), "the field colour"),
        (scene_file(steps=[{"kind": "create-topic", "fields": {"name": "a\0"}}]), "the field name is wrong: The text"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_each_fault_in_a_file_has_a_sentence_that_names_the_step(content: bytes, sentence: str):
    with pytest.raises(NotAScene, match=re.escape(sentence)):
        read_file(content)


def test_what_another_version_stored_is_named_and_the_other_steps_are_there(classroom):
    scene = storing.make(classroom.ines, read_file(scene_file(steps=[CREATE, SEND])))
    scene.steps[0]["fields"] = {"name": "rides", "shards": 3}
    scene.steps += [{"id": 3, "kind": "share-group", "fields": {}}, "?", {"id": 4}]
    scene.save()
    first, second, third, fourth = steps_of(scene)
    assert first.problem.startswith("Step 1, “create-topic”: the field shards is wrong")
    assert second.action is not None
    assert third.problem.startswith("Step 3: this version of the app has no action “share-group”")
    assert fourth.action is None


def test_a_scene_is_changed_by_the_ids_of_its_steps(classroom):
    scene = storing.make(classroom.ines, read_file(scene_file(steps=[CREATE, SEND, CREATE])))
    storing.change(scene, title=" Other  name ", keep=[3, 1, 3, 99])
    scene.refresh_from_db()
    assert (scene.title, [each["id"] for each in scene.steps]) == ("Other name", [3, 1])
    with pytest.raises(NotAScene, match="at least one step"):
        storing.change(scene, title="x", keep=[2])


def test_what_a_scene_would_meet_is_what_one_has_and_not_what_it_makes_itself():
    create_both = {"kind": "create-topics", "fields": {"names": "rides\nreturns"}}
    delete = {"kind": "delete-topic", "fields": {"name": "rides"}}
    assert look(checked([CREATE, SEND, CREATE]), ["other"]) == Before()
    assert look(checked([create_both, CREATE]), ["rides"]) == Before(there=("rides",))
    assert look(checked([delete, CREATE, SEND]), ["rides"]) == Before()
    assert look(checked([SEND, delete]), []) == Before(missing=("rides",))
    read = {"kind": "consume", "fields": {"topic": "rides", "group_id": "readers"}}
    forget = {"kind": "delete-group", "fields": {"group_id": "readers"}}
    assert look(checked([CREATE, read]), [], ["others"]) == Before()
    assert look(checked([CREATE, read, forget]), [], ["readers"]) == Before(groups=("readers",))
    assert look(checked([CREATE, forget, read]), [], ["readers"]) == Before()
