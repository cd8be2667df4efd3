"""Forms: those of the doors, and the one place where an act's form is derived from its description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin
from unicodedata import bidirectional, category
from uuid import uuid4

from annotated_types import Ge, Lt, MaxLen
from django import forms
from django.core.files.uploadedfile import UploadedFile
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lessons.access import get_class_by_code, get_member_by_personal_code
from lessons.models import Class, Member
from lessons.tokens import LONGEST_LIFE_DAYS

LARGEST_GRADEBOOK_BYTES = 2 * 1024 * 1024


_STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # Unicode's classes of direction


def clean_name(text: str) -> str:
    """Without what steers a terminal, or turns the words behind the name around: right-to-left letters need none of it.

    Raises: ValidationError.
    """
    kept = (each for each in text if each.isspace() or not (category(each) == "Cc" or bidirectional(each) in _STEERING))
    name = " ".join("".join(kept).split())
    if not any(character.isalnum() for character in name):
        raise forms.ValidationError("A name has a letter or a digit in it.")
    return name


class RenameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class JoinForm(forms.Form):
    code = forms.CharField(
        label="Class code", max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(
        label="Your name", max_length=60, help_text="As your class knows you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    klass: Class

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_code(self) -> str:
        klass = get_class_by_code(self.cleaned_data["code"])
        if klass is None:
            raise forms.ValidationError("No class has this code. It has six letters and digits.", code="wrong-code")
        self.klass = klass
        return klass.join_code


class ReturnForm(forms.Form):
    personal_code = forms.CharField(
        label="Personal code", max_length=40, help_text="Ten letters and digits; you got it when you joined.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    member: Member

    def clean_personal_code(self) -> str:
        member = get_member_by_personal_code(self.cleaned_data["personal_code"])
        if member is None:
            raise forms.ValidationError("Nobody has this personal code. It has ten characters.", code="wrong-code")
        self.member = member
        return member.personal_code


class TokenForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=60, help_text="Which script it is for, so that you know it again.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    days = forms.IntegerField(
        label="Days until it ends", min_value=1, max_value=LONGEST_LIFE_DAYS, initial=30,
        help_text=f"At most {LONGEST_LIFE_DAYS}.",
    )  # fmt: skip

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


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


def wrong_code(form: forms.Form) -> bool:
    return any(error.code == "wrong-code" for errors in form.errors.as_data().values() for error in errors)


class DescribedForm(forms.Form):
    """A form whose fields and limits are those of a pydantic model; `made` is the model once the form is valid."""

    act_id = forms.UUIDField(widget=forms.HiddenInput, required=False)  # twice the same is a double click
    model: type[BaseModel]
    made: BaseModel

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        fields = {name: value for name, value in data.items() if name != "act_id"}
        try:
            self.made = self.model.model_validate(fields)
        except ValidationError as error:
            for problem in error.errors():
                name = str(problem["loc"][0]) if problem["loc"] else None
                self.add_error(name, problem["msg"].removeprefix("Value error, "))
        return data


def described_form(
    model: type[BaseModel], *, dom_id: str, initial: Mapping[str, Any] | None = None, data: Any = None
) -> DescribedForm:
    """The form for a page, filled in with the model's defaults and what the lesson says."""
    fields: dict[str, Any] = {name: _field(info) for name, info in model.model_fields.items()}
    form_class = type(f"{model.__name__}Form", (DescribedForm,), {**fields, "model": model})
    defaults = {name: info.default for name, info in model.model_fields.items() if not info.is_required()}
    start = {**defaults, **(initial or {}), "act_id": uuid4()}
    form: DescribedForm = form_class(data, initial=start, auto_id=f"{dom_id}-%s", label_suffix="")
    return form


def _field(info: FieldInfo) -> forms.Field:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    common: dict[str, Any] = {"label": info.title, "help_text": info.description or "", "required": False}
    kind = info.annotation
    if get_origin(kind) is list:
        words = get_args(get_args(kind)[0])
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(choices=[(word, word) for word in words], widget=boxes, **common)
    if get_origin(kind) is Literal:
        choices = [(word, word) for word in get_args(kind)]
        if extra.get("widget") == "radio":
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect(), **{**common, "required": True})
        return forms.ChoiceField(choices=choices, **common)
    if kind is bool:
        return forms.BooleanField(**common)
    if kind is int or int in get_args(kind):
        return forms.IntegerField(
            min_value=_limit(info, Ge, "ge"), max_value=_highest(info), widget=forms.NumberInput,
            **{**common, "required": info.is_required() or kind is int},
        )  # fmt: skip
    if extra.get("widget") == "lines":
        widget = forms.Textarea(attrs={"rows": extra.get("rows", 5), "spellcheck": "false"})
        return forms.CharField(strip=False, widget=widget, **common)
    plain = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(
        strip=False,
        max_length=_limit(info, MaxLen, "max_length"),
        widget=forms.TextInput(attrs=plain),
        **common,
    )


def _limit(info: FieldInfo, kind: type, attribute: str) -> int | None:
    return next((getattr(limit, attribute) for limit in info.metadata if isinstance(limit, kind)), None)


def _highest(info: FieldInfo) -> int | None:
    below = _limit(info, Lt, "lt")
    return below - 1 if below is not None else None
