"""Forms for messages between students and staff: a raised hand, its answer, an announcement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.classroom.models import Class
from lessons.course.loader import Lesson


class HandForm(forms.Form):
    exercise = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Your question"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Optional. What the check found is sent along."),
    )  # fmt: skip

    def __init__(self, lesson: Lesson, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "hand-%s", "label_suffix": "", **kwargs})
        exercises = [(exercise.id, exercise.title) for exercise in lesson.exercises]
        self.fields["exercise"].choices = [("", _("the whole lesson")), *exercises]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """The answer to one hand. A page has several of these, and what is typed into one must never end up in another."""

    words = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, hand_pk: int, *args: Any, **kwargs: Any) -> None:
        name = f"hand-{hand_pk}"
        super().__init__(*args, **{"prefix": name, "auto_id": f"{name}-%s", "label_suffix": "", **kwargs})


class AnnouncementForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Message"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    lesson = forms.ChoiceField(label=gettext_lazy("Link to a lesson"), required=False)

    def __init__(self, klass: Class, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "announcement-%s", "label_suffix": "", **kwargs})
        lessons = [(lesson.slug, f"{lesson.number}. {lesson.title}") for lesson in klass.lessons]
        self.fields["lesson"].choices = [("", _("no lesson")), *lessons]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data["words"] and not data["lesson"]:
            raise forms.ValidationError(_("Write a message or choose a lesson."))
        return data
