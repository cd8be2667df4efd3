"""Forms for scenes: recorded in the playground, changed, or uploaded as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from lessons.classroom.models import Scene
from lessons.classroom.scenes.steps import LONGEST_TITLE, MOST_BYTES, NotAScene, SceneFile, SceneStep, read_file
from lessons.classroom.scenes.steps import clean_title as cleaned


class TitledForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_title(self) -> str:
        try:
            return cleaned(self.cleaned_data["title"])
        except NotAScene as refusal:
            raise forms.ValidationError(str(refusal)) from None


class RecordForm(TitledForm):
    """Which of the session's acts become steps: in their order, all of them unless some are left out."""

    acts = forms.MultipleChoiceField(
        label=_("Steps"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one step.")},
    )  # fmt: skip

    def __init__(self, steps: Sequence[tuple[str, SceneStep]], data: Any = None) -> None:
        super().__init__(data, initial={"acts": [key for key, _step in steps]})
        self._steps = dict(steps)
        self.fields["acts"].choices = [(key, step.words) for key, step in steps]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[SceneStep]:
        chosen = set(self.cleaned_data["acts"])
        return [step for key, step in self._steps.items() if key in chosen]


class SceneForm(TitledForm):
    """A scene's title, and a place for each of its steps; a step without a place is removed."""

    def __init__(self, scene: Scene, steps: Iterable[SceneStep], data: Any = None) -> None:
        super().__init__(data, initial={"title": scene.title})
        self._steps = list(steps)
        for step in self._steps:
            self.fields[f"place-{step.id}"] = forms.IntegerField(
                label=step.words, required=False, min_value=1, max_value=9999, initial=step.number,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    @property
    def places(self) -> list[tuple[SceneStep, forms.BoundField]]:
        return [(step, self[f"place-{step.id}"]) for step in self._steps]

    @property
    def kept(self) -> list[int]:
        """The ids of the steps that stay, by their places; of two in one place the earlier step is first."""
        places = {step.id: self.cleaned_data[f"place-{step.id}"] for step in self._steps}
        return sorted((each for each, place in places.items() if place is not None), key=lambda each: places[each])


class SceneFileForm(forms.Form):
    """`cleaned_data["file"]` is the scene that was read."""

    file = forms.FileField(
        label=_("A scene that was downloaded (.json)"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )  # fmt: skip

    def clean_file(self) -> SceneFile:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            return read_file(file.read(MOST_BYTES + 1))
        except NotAScene as refusal:
            raise forms.ValidationError(str(refusal)) from None
