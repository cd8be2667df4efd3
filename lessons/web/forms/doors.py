"""The doors: join by the class's code, come back by one's own, let a script in."""

from __future__ import annotations

from unicodedata import bidirectional, category

from django import forms

from lessons.classroom.access import get_class_by_code, get_member_by_personal_code
from lessons.classroom.models import Class, Member
from lessons.classroom.people.tokens import LONGEST_LIFE_DAYS

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


def wrong_code(form: forms.Form) -> bool:
    return any(error.code == "wrong-code" for errors in form.errors.as_data().values() for error in errors)
