"""What comes of the forms of staff: each page that is there only after one was sent, and what each says to wrong input.

Whatever is typed has no letters, so that all the letters on these pages are the interface's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lessons.classroom.people.staff import sign_in_path_of
from tests.web.test_doors import EXERCISE

GRADEBOOK = "Student,ID,SIS User ID,SIS Login ID,Section\n1 2,3,,4,5\n6 7,8,,9,5\n"
PARTICIPANTS = "First name,Last name,Email address\n1,2,3@4\n5,6,7@8\n"

Pages = Iterator[tuple[str, HttpResponse]]


class Forms:
    """Sends the forms of one class as one member of staff."""

    def __init__(self, browser: Client, klass: Any) -> None:
        self._browser = browser
        self._klass = klass

    def get(self, name: str, query: str = "", *args: object) -> tuple[str, HttpResponse]:
        return name, self._browser.get(self._url(name, *args) + query)

    def post(self, name: str, data: dict[str, Any], *args: object) -> tuple[str, HttpResponse]:
        return name, self._browser.post(self._url(name, *args), data, follow=True)

    def upload(self, name: str, text: str) -> tuple[str, HttpResponse]:
        return self.post(name, {"file": SimpleUploadedFile("0.csv", text.encode())})

    def _url(self, name: str, *args: object) -> str:
        return reverse(name, args=[self._klass.slug, *args])


def after_forms_of_instructors(browser: Client, classroom: Any) -> Pages:
    forms, alice, greta = Forms(browser, classroom.klass), classroom.alice, classroom.greta
    yield from _of_people(forms, alice, greta)
    for data in ({"name": "", "lessons": [], "due_at": "?", "time_zone": "?", "late_rule": "?"}, {"due_at": "1"}):
        yield forms.post("class-settings", data)
    for name in ("", "1"):
        yield "classes", browser.post(reverse("classes"), {"name": name}, follow=True)
    for into in ("?", alice.slug, classroom.bob.slug):
        yield forms.get("seat-merge", f"?into={into}", alice.slug)
        yield forms.post("seat-merge", {"into": into}, alice.slug)
    for name, args in (("class-reset", ()), ("seat-reset", (classroom.bob.slug,))):
        yield forms.post(name, {"things": "?"}, *args)
        yield forms.post(name, {"things": '{"topics": ["1.2"], "groups": ["1.3"]}'}, *args)
    for words in ("", "1", "1" * 2000):
        yield forms.post("announcement", {"words": words})
    yield from _of_scenes(forms, classroom)
    yield forms.post("feed-share", {"do": "hide"})
    yield forms.get("class-feed", "?projector=1")
    yield forms.post("projector-names", {"do": "show"})
    yield forms.post("people-door", {"do": "close"})
    yield from (forms.get(name) for name in ("people", "join-screen", "room", "people-invite"))
    yield "sign-in", Client().get(sign_in_path_of(greta))
    yield "sign-in", Client().get("/sign-in/?link=1")


def _of_people(forms: Forms, alice: Any, greta: Any) -> Pages:
    for data in ({}, {"name": "?", "role": "?"}, {"name": "1", "role": "grader"}, {"name": "1", "role": "grader"}):
        yield forms.post("people-invite", data)
    for do in ("link", "remove", "restore"):
        yield forms.post("people-staff", {"do": do}, greta.slug)
    for data in (
        {"do": "rename", "name": "?"}, {"do": "new-code"}, {"do": "external-id", "external_id": "1\u202e"},
        {"do": "external-id", "external_id": "1"}, {"do": "remove"}, {"do": "restore"},
    ):  # fmt: skip
        yield forms.post("people-seat", data, alice.slug)
    yield forms.get("people", f"?code_of={alice.slug}")


def after_forms_of_graders(browser: Client, classroom: Any) -> Pages:
    forms, alice, bob = Forms(browser, classroom.klass), classroom.alice, classroom.bob
    yield from _of_school_ids(forms, f"id-{alice.slug}", f"id-{bob.slug}")
    yield from _of_canvas(forms, f"id-{alice.slug}", f"id-{bob.slug}")
    for query in ("?text=0", "?state=done&zeros=1", "?sort=?"):
        yield from (forms.get(name, query) for name in ("grading", "exports"))
    for data in (
        {"do": "override"}, {"do": "override", "state": "?", "points": "99", "reason": "1" * 501}, {"do": "re-check"},
        {"do": "override", "state": "not_yet", "points": "0", "reason": "1"}, {"do": "remove-override"},
    ):  # fmt: skip
        yield forms.post("decide", data, alice.slug, EXERCISE)
    yield forms.post("re-grade", {"digest": "?"}, EXERCISE)
    yield forms.get("re-grade", "?accepted=2", EXERCISE)
    for data in ({"exercise": EXERCISE}, {"seat": alice.slug}):
        yield forms.post("re-check", data)
    hand = alice.hands.get(words="???")
    for reply in ("1" * 2000, "1", "1"):
        yield forms.post("hand-reply", {f"hand-{hand.pk}-words": reply}, hand.pk)
    yield from (forms.get(name) for name in ("history", "room"))
    yield "api", browser.get("/api/v1/docs")


def _of_school_ids(forms: Forms, one: str, other: str) -> Pages:
    for text in ("", "1\n2", "Student,ID\n", PARTICIPANTS):
        yield (page := forms.upload("roster", text))
    carried = {"roster": page[1].context["roster"]}
    for ids in ({one: "3@4", other: "3@4"}, {one: "1\u202e", other: ""}, {one: "1" * 200}, {one: "3@4", other: ""}):
        yield forms.post("school-ids", carried | ids)
    yield forms.upload("roster", PARTICIPANTS)
    yield forms.post("school-ids", {one: "3@4"})
    yield forms.post("school-ids", {one: "", other: ""})


def _of_canvas(forms: Forms, one: str, other: str) -> Pages:
    for text in ("", "1\n2", GRADEBOOK):
        yield (page := forms.upload("canvas", text))
    carried = {"gradebook": page[1].context["gradebook"]}
    for ids in ({one: "4", other: "4"}, {one: "4", other: ""}):
        yield forms.post("canvas", carried | ids)
    for name in ("canvas", "canvas-file"):
        yield forms.post(name, {"gradebook": "?"})


def _of_scenes(forms: Forms, classroom: Any) -> Pages:
    """A session with one act becomes a scene, is changed, and is read from files that are none."""
    fields = {"name": "1", "partitions": 1, "replicas": 1}
    act = classroom.ines.acts.create(kind="create-topic", fields=fields, lesson="playground", state="done", line="1")
    yield forms.get("playground")
    yield forms.get("scene-new")
    for title, acts in (("", []), ("1", [str(act.pk)])):
        yield forms.post("scene-new", {"title": title, "acts": acts})
    scene = classroom.klass.scenes.first()
    for data in ({"title": "", "place-1": "?"}, {"title": "1", "place-1": ""}, {"title": "2", "place-1": "3"}):
        yield forms.post("scene-edit", data, scene.link)
    yield forms.get("scenes")
    yield forms.upload("scene-upload", "?")
    scene.steps = [*scene.steps, {"id": 2, "kind": "create-topic", "fields": {"name": 1}}, {"id": 3, "kind": "1"}]
    scene.save()
    yield forms.get("scene", "", scene.link)
    yield forms.get("scene-edit", "", scene.link)
    yield forms.post("scene-play", {"do": "leave-out", "step": "1"}, scene.link)
    yield forms.post("scene-delete", {}, scene.link)
    yield forms.post("lesson-anew", {"topic": "1"}, "creating-topics")
