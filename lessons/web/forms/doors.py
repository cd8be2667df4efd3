"""Forms for getting in: join with the class code, come back with a personal code, make a token for a script."""

from __future__ import annotations

from unicodedata import bidirectional, category

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.classroom.access import get_class_by_code, get_member_by_personal_code
from lessons.classroom.models import Class, Member
from lessons.classroom.people.tokens import LONGEST_LIFE_DAYS

_STEERING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # Unicode's classes of direction


def clean_name(text: str) -> str:
    """The name without control characters and direction marks, which right-to-left letters do not need.

    Raises: ValidationError.
    """
    kept = (each for each in text if each.isspace() or not (category(each) == "Cc" or bidirectional(each) in _STEERING))
    name = " ".join("".join(kept).split())
    if not any(character.isalnum() for character in name):
        raise forms.ValidationError(_("A name needs at least one letter or digit."))
    return name


class RenameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class JoinForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Class code"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=60, help_text=gettext_lazy("The name your class knows you by."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    namesake = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    klass: Class

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])

    def clean_code(self) -> str:
        klass = get_class_by_code(self.cleaned_data["code"])
        if klass is None:
            raise forms.ValidationError(
                _("No class has this code. A class code has six letters and digits."), code="wrong-code"
            )
        self.klass = klass
        return klass.join_code

    def knows_of_namesake(self) -> bool:
        """Whether this name was asked about already, and is meant."""
        return self.cleaned_data["namesake"] == self.cleaned_data["name"]

    def ask_about_namesake(self) -> None:
        """With the next press the name is meant."""
        name = self.cleaned_data["name"]
        self.data = {**dict(self.data.items()), "namesake": name}
        words = _(
            "Somebody called %(name)s is in this class. Is that you? Then come back with your personal code, below. "
            "If you are another one, add a letter to your name, or press the button again."
        )
        self.add_error("name", words % {"name": name})


class ReturnForm(forms.Form):
    personal_code = forms.CharField(
        label=gettext_lazy("Personal code"), max_length=40,
        help_text=gettext_lazy("Ten letters and digits that you got when you joined."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    go_to = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)
    member: Member

    def clean_personal_code(self) -> str:
        member = get_member_by_personal_code(self.cleaned_data["personal_code"])
        if member is None:
            raise forms.ValidationError(
                _("Nobody has this personal code. A personal code has ten letters and digits."), code="wrong-code"
            )
        self.member = member
        return member.personal_code


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("Which script it is for, so that you recognize it later."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    days = forms.IntegerField(
        label=gettext_lazy("Days until it expires"), min_value=1, max_value=LONGEST_LIFE_DAYS, initial=30,
        help_text=format_lazy(gettext_lazy("At most {days}."), days=LONGEST_LIFE_DAYS),
    )  # fmt: skip

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


def wrong_code(form: forms.Form) -> bool:
    return any(error.code == "wrong-code" for errors in form.errors.as_data().values() for error in errors)
