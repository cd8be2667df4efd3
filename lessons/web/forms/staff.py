"""Of those who teach or grade: a seat's number in the school's system, a class and its settings, a gradebook, an override."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator
from pydantic import TypeAdapter, ValidationError

from lessons.classroom.grading.standings import DONE, NOT_YET
from lessons.classroom.models import Class, LateRule, Member, Role
from lessons.classroom.people.due import moment, wall_clock, zones
from lessons.classroom.people.reset import Things
from lessons.course.exercise import Exercise
from lessons.course.loader import lessons
from lessons.web.forms.doors import clean_name

LARGEST_GRADEBOOK_BYTES = 2 * 1024 * 1024


class ExternalIdForm(forms.Form):
    """Case is kept: Moodle matches it."""

    external_id = forms.CharField(label="E-mail or id number in the school’s system", max_length=120, required=False)

    def __init__(self, *args, seat: Member, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat

    def clean_external_id(self) -> str:
        wanted = self.cleaned_data["external_id"]
        if not wanted.isprintable():
            raise forms.ValidationError("It has a sign in it that can’t be seen. Type it instead of pasting it.")
        present = self.seat.klass.members.filter(role=Role.STUDENT, removed_at=None).exclude(pk=self.seat.pk)
        other = present.filter(external_id=wanted).first() if wanted else None
        if other:
            raise forms.ValidationError(
                f"{other.name} · {other.slug} has it already. Are they the same person? Merge them."
            )
        return wanted


class ResetForm(forms.Form):
    """What the preview showed, carried to the act."""

    things = forms.CharField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, things: Things) -> ResetForm:
        return cls(initial={"things": json.dumps(asdict(things))})

    def clean_things(self) -> Things:
        try:
            return TypeAdapter(Things).validate_json(self.cleaned_data["things"])
        except ValidationError:
            raise forms.ValidationError("This is no list of topics and groups.") from None


class ClassForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class SettingsForm(ClassForm):
    """The due date is typed as the clocks of the time zone show it."""

    lessons = forms.MultipleChoiceField(
        label="Lessons that students see", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "A class has at least one lesson."},
    )  # fmt: skip
    due_at = forms.DateTimeField(
        label="Due", required=False, help_text="Empty: no due date.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    time_zone = forms.CharField(
        label="Time zone", max_length=40, help_text="In which the due date is typed and said, such as Europe/Berlin.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    late_rule = forms.ChoiceField(label="Work that is done later", choices=LateRule.choices)

    def __init__(self, data: Any = None, *, klass: Class) -> None:
        there = wall_clock(klass.due_at, klass.time_zone).replace(tzinfo=None) if klass.due_at else None
        initial = {
            "name": klass.name, "lessons": [lesson.slug for lesson in klass.lessons], "due_at": there,
            "time_zone": klass.time_zone, "late_rule": klass.late_rule,
        }  # fmt: skip
        super().__init__(data, initial=initial, label_suffix="")
        self.klass = klass
        choices = [(lesson.slug, f"{lesson.number} · {lesson.title}") for lesson in lessons()]
        self.fields["lessons"].choices = choices  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        typed = self.cleaned_data["time_zone"]
        known = {zone.casefold(): zone for zone in zones()}
        if typed.casefold() not in known:
            raise forms.ValidationError("No such time zone is known. They are named by a city, such as Europe/Berlin.")
        return known[typed.casefold()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            data["lessons_off"] = self._lessons_off(data["lessons"])
            try:
                data["due_at"] = self._moment(data["due_at"], data["time_zone"])
            except ValueError as error:
                self.add_error("due_at", str(error))
        return data

    def _moment(self, typed: datetime | None, zone: str) -> datetime | None:
        """Raises: ValueError."""
        if typed is None:
            return None
        wall = typed.replace(tzinfo=None)  # Django takes it for UTC
        was = self.klass.due_at
        if was and zone == self.klass.time_zone and self.initial["due_at"].replace(second=0, microsecond=0) == wall:
            return was  # not touched: of two moments with one wall time, it stays the one that it is
        return moment(wall, zone)

    def _lessons_off(self, on: list[str]) -> list[str]:
        """In the order of the course; what is off and not here now stays off."""
        here = [lesson.slug for lesson in lessons()]
        gone = [slug for slug in self.klass.lessons_off if slug not in here]
        return [slug for slug in here if slug not in on] + gone


class GradebookForm(forms.Form):
    file = forms.FileField(
        label="The gradebook that Canvas exported", help_text="CSV, at most 2 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_GRADEBOOK_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB. Export the gradebook without other columns.")
        return file


class OverrideForm(forms.Form):
    """A grader's own decision about one exercise of one seat."""

    state = forms.ChoiceField(label="It stands as", choices=[(DONE, "done"), (NOT_YET, "not yet")])
    points = forms.FloatField(min_value=0, widget=forms.NumberInput(attrs={"step": "any"}))
    reason = forms.CharField(
        label="Reason", max_length=500, help_text="The student reads it, with your name.",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why: a verdict without a reason can't be discussed."},
    )  # fmt: skip

    def __init__(self, exercise: Exercise, data: object = None, **options: object) -> None:
        super().__init__(data, label_suffix="", auto_id="override-%s", **options)  # type: ignore[arg-type]
        points = self.fields["points"]
        points.label = f"Points, 0 to {exercise.points}"
        points.widget.attrs["max"] = exercise.points
        points.validators.append(MaxValueValidator(exercise.points))
