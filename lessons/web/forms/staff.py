"""Forms of staff: a class and its settings, a gradebook, an override."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError

from lessons.classroom.exports.canvas import read_gradebook
from lessons.classroom.exports.roster import NotARoster, read_roster
from lessons.classroom.grading.standings import DONE, NOT_YET, STATE_WORDS
from lessons.classroom.models import Class, LateRule, Role
from lessons.classroom.people.due import moment, wall_clock, zones
from lessons.classroom.people.reset import Things
from lessons.course.exercise import Exercise
from lessons.course.loader import lessons
from lessons.web.forms.doors import clean_name

LARGEST_GRADEBOOK_BYTES = 2 * 1024 * 1024


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=_("Role"), choices=[(role, role.label) for role in (Role.GRADER, Role.INSTRUCTOR)])

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class ResetForm(forms.Form):
    """What the preview showed, as the POST sends it back."""

    things = forms.CharField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, things: Things) -> ResetForm:
        return cls(initial={"things": json.dumps(asdict(things))})

    def clean_things(self) -> Things:
        try:
            return TypeAdapter(Things).validate_json(self.cleaned_data["things"])
        except ValidationError:
            raise forms.ValidationError(_("This is not a list of topics and groups.")) from None


class ClassForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class SettingsForm(ClassForm):
    """The settings of a class. The due date is typed as local time of the time zone."""

    lessons = forms.MultipleChoiceField(
        label=_("Lessons that students see"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one lesson.")},
    )  # fmt: skip
    due_at = forms.DateTimeField(
        label=_("Due"), required=False, help_text=_("Leave it empty for no due date."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=40,
        help_text=_("The time zone of the due date, such as Europe/Berlin."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    late_rule = forms.ChoiceField(label=_("Late work"), choices=LateRule.choices)

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
            raise forms.ValidationError(
                _("There is no time zone with this name. Use the name of a city, such as Europe/Berlin.")
            )
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
        wall = typed.replace(tzinfo=None)  # Django reads it as UTC
        was = self.klass.due_at
        if was and zone == self.klass.time_zone and self.initial["due_at"].replace(second=0, microsecond=0) == wall:
            return was  # not changed: if two moments have this wall time, keep the one that was set
        return moment(wall, zone)

    def _lessons_off(self, on: list[str]) -> list[str]:
        """In the order of the course; a lesson that is off stays off while the course does not have it."""
        here = [lesson.slug for lesson in lessons()]
        gone = [slug for slug in self.klass.lessons_off if slug not in here]
        return [slug for slug in here if slug not in on] + gone


class RosterForm(forms.Form):
    """An uploaded file; `cleaned_data["file"]` is what was read in it."""

    file = forms.FileField(
        label=_("The participants, or the gradebook, that Moodle or Canvas exported"), help_text=_("CSV, at most 2 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip

    def read(self, file: bytes) -> Any:
        """Raises: NotARoster."""
        return read_roster(file)

    def clean_file(self) -> Any:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_GRADEBOOK_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB. Export the gradebook with fewer columns."))
        try:
            return self.read(file.read())
        except NotARoster as refusal:
            raise forms.ValidationError(str(refusal)) from None


class GradebookForm(RosterForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("The gradebook that Canvas exported")

    def read(self, file: bytes) -> Any:
        return read_gradebook(file)


class OverrideForm(forms.Form):
    """A grader's own decision about one exercise of one seat."""

    state = forms.ChoiceField(label=_("Verdict"), choices=[(state, STATE_WORDS[state]) for state in (DONE, NOT_YET)])
    points = forms.FloatField(min_value=0, widget=forms.NumberInput(attrs={"step": "any"}))
    reason = forms.CharField(
        label=_("Reason"), max_length=500,
        help_text=_("The student sees the reason and your name."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Give a reason, so that the student can discuss it with you.")},
    )  # fmt: skip

    def __init__(self, exercise: Exercise, data: object = None, **options: object) -> None:
        super().__init__(data, label_suffix="", auto_id="override-%s", **options)  # type: ignore[arg-type]
        points = self.fields["points"]
        points.label = _("Points, 0 to %(most)d") % {"most": exercise.points}
        points.widget.attrs["max"] = exercise.points
        points.validators.append(MaxValueValidator(exercise.points))
