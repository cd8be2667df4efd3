"""Forms of those who teach: a seat's number in the school's system, a class and its settings."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from pydantic import TypeAdapter, ValidationError

from lessons.models import Member, Role
from lessons.reset import Things


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

    things = forms.JSONField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, things: Things) -> ResetForm:
        return cls(initial={"things": asdict(things)})

    def clean_things(self) -> Things:
        try:
            return TypeAdapter(Things).validate_python(self.cleaned_data["things"])
        except ValidationError:
            raise forms.ValidationError("This is no list of topics and groups.") from None
