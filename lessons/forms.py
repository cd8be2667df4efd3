"""Forms: those of the doors, and the one place where an act's form is derived from its description."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin
from uuid import uuid4

from annotated_types import Ge, Lt, MaxLen
from django import forms
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from lessons.access import get_class_by_code, get_member_by_personal_code
from lessons.actions import Action
from lessons.models import Class, Member


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


def wrong_code(form: forms.Form) -> bool:
    return any(error.code == "wrong-code" for errors in form.errors.as_data().values() for error in errors)


class ActForm(forms.Form):
    """The form of an act; `action` holds the act itself once the form is valid."""

    act_id = forms.UUIDField(widget=forms.HiddenInput, required=False)  # twice the same is a double click
    action_class: type[Action]
    action: Action

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        fields = {name: value for name, value in data.items() if name != "act_id"}
        try:
            self.action = self.action_class.model_validate(fields)
        except ValidationError as error:
            for problem in error.errors():
                name = str(problem["loc"][0]) if problem["loc"] else None
                self.add_error(name, problem["msg"].removeprefix("Value error, "))
        return data


def form_class(action: type[Action]) -> type[ActForm]:
    """The Django form with this act's fields."""
    fields: dict[str, Any] = {name: _field(info) for name, info in action.model_fields.items()}
    return type(f"{action.__name__}Form", (ActForm,), {**fields, "action_class": action})


def act_form(action: type[Action], *, dom_id: str, initial: dict[str, Any] | None = None, data: Any = None) -> ActForm:
    """The form for a page, filled in with the act's defaults and what the lesson says."""
    start = {**_defaults(action), **(initial or {}), "act_id": uuid4()}
    return form_class(action)(data, initial=start, auto_id=f"{dom_id}-%s", label_suffix="")


def _defaults(action: type[Action]) -> dict[str, Any]:
    return {name: info.default for name, info in action.model_fields.items() if not info.is_required()}


def _field(info: FieldInfo) -> forms.Field:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    common: dict[str, Any] = {"label": info.title, "help_text": info.description or "", "required": False}
    kind = info.annotation
    if get_origin(kind) is Literal:
        return forms.ChoiceField(choices=[(word, word) for word in get_args(kind)], **common)
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
