"""Make an act's form from its description. No other place does this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin
from uuid import uuid4

from annotated_types import Ge, Le, Lt, MaxLen
from django import forms
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lessons.course.acts.base import Action


class DescribedForm(forms.Form):
    """A form with the fields and limits of a pydantic model; `made` is the model once the form is valid."""

    act_id = forms.UUIDField(widget=forms.HiddenInput, required=False)  # the same id twice is a double click
    model: type[BaseModel]
    made: BaseModel

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        fields = {name: value for name, value in data.items() if name != "act_id"}
        for left_out, words in self._left_out(fields).items():
            self.add_error(left_out, words)
        try:
            self.made = self.model.model_validate(fields)
        except ValidationError as error:
            for problem in error.errors():
                name = str(problem["loc"][0]) if problem["loc"] else None
                self.add_error(name, problem["msg"].removeprefix("Value error, "))
        return data

    @property
    def usual_fields(self) -> list[forms.BoundField]:
        """What everybody fills in."""
        rare = self.rare_fields
        return [field for field in self.visible_fields() if field not in rare]

    @property
    def rare_fields(self) -> list[forms.BoundField]:
        """What the description keeps for those who look for more, unless the lesson fills it in."""
        rare = [name for name, info in self.model.model_fields.items() if _extra(info).get("more")]
        return [self[name] for name in rare if self.initial.get(name) == self.model.model_fields[name].default]

    @property
    def has_rare_values(self) -> bool:
        """Whether what is rare was filled in, or is wrong."""
        return any(field.errors or (self.is_bound and field.data) for field in self.rare_fields)

    def _left_out(self, fields: Mapping[str, Any]) -> Mapping[str, str]:
        return self.model.left_out(fields) if issubclass(self.model, Action) else {}


def described_form(
    model: type[BaseModel], *, dom_id: str, initial: Mapping[str, Any] | None = None, data: Any = None
) -> DescribedForm:
    """The form for a page, filled in with the model's defaults and the lesson's values."""
    fields: dict[str, Any] = {name: _field(info) for name, info in model.model_fields.items()}
    form_class = type(f"{model.__name__}Form", (DescribedForm,), {**fields, "model": model})
    defaults = {name: info.default for name, info in model.model_fields.items() if not info.is_required()}
    start = {**defaults, **(initial or {}), "act_id": uuid4()}
    form: DescribedForm = form_class(data, initial=start, auto_id=f"{dom_id}-%s", label_suffix="")
    return form


def _field(info: FieldInfo) -> forms.Field:
    extra = _extra(info)
    common: dict[str, Any] = {
        "label": _translated(info.title),
        "help_text": _translated(info.description),
        "required": False,
    }
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


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _translated(text: str | None) -> str:
    """Marked where the act is described, translated here: for the person who asks for the form."""
    return _(text) if text else ""


def _limit(info: FieldInfo, kind: type, attribute: str) -> int | None:
    return next((getattr(limit, attribute) for limit in info.metadata if isinstance(limit, kind)), None)


def _highest(info: FieldInfo) -> int | None:
    below = _limit(info, Lt, "lt")
    return below - 1 if below is not None else _limit(info, Le, "le")
