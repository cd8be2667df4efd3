"""What a page sends of a notebook: a file that is uploaded, and the cells that have changed."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from lessons.classroom.notebooks.upload import MOST_UPLOADED_BYTES, NotANotebook, Uploaded, read_notebook, too_large
from lessons.classroom.notebooks.work import CellId, CellWork


class NotebookForm(forms.Form):
    """`cleaned_data["file"]` has the cells, and `title` is the file's name without its ending."""

    title = ""

    file = forms.FileField(
        label=_("A notebook (.ipynb), at most 2 MB"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".ipynb,application/x-ipynb+json"}),
    )  # fmt: skip

    def clean_file(self) -> Uploaded:
        file: UploadedFile = self.cleaned_data["file"]
        self.title = (file.name or "").removesuffix(".ipynb")[:120]
        if (file.size or 0) > MOST_UPLOADED_BYTES:
            raise forms.ValidationError(too_large())
        try:
            return read_notebook(file.read())
        except NotANotebook as refusal:
            raise forms.ValidationError(str(refusal)) from None


class Saving(BaseModel):
    """The cells that have changed since the page knew `version`."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0)
    cells: dict[CellId, CellWork] = Field(max_length=1000)
