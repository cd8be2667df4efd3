"""Students' ids in the school's system: of one seat, or of many in one form, typed or chosen from a roster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lessons.classroom.exports.roster import Person
from lessons.classroom.models import Member
from lessons.classroom.people.seats import set_external_id

LONGEST = 120
TYPED = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def _check_visible(text: str) -> None:
    """Raises: ValidationError."""
    if not text.isprintable():
        raise forms.ValidationError(_("It contains an invisible character. Type it instead of pasting it."))


class ExternalIdForm(forms.Form):
    """One student's id. Case is kept, since Moodle tells it apart."""

    external_id = forms.CharField(
        label=gettext_lazy("E-mail or id number in the school’s system"), max_length=LONGEST, required=False,
        validators=[_check_visible],
    )  # fmt: skip

    def __init__(self, *args: Any, seat: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seat = seat

    def clean_external_id(self) -> str:
        wanted: str = self.cleaned_data["external_id"]
        others = self.seat.klass.present_seats().exclude(pk=self.seat.pk)
        other = others.filter(external_id=wanted).first() if wanted else None
        if other:
            raise forms.ValidationError(
                _("%(seat)s has it already. If they are the same person, merge the two seats.") % {"seat": other}
            )
        return wanted


class SchoolIdsForm(forms.Form):
    """A field for each seat. With `people`, seats choose among them, and what `suggested` says stands in the others' fields.

    Of what was sent, only seats with a field are read: a page may show some of them.
    """

    def __init__(
        self,
        seats: Sequence[Member],
        data: Mapping[str, str] | None = None,
        *,
        people: Sequence[Person] = (),
        suggested: Mapping[int, Person] | None = None,
    ) -> None:
        super().__init__(data)
        self._suggested = suggested or {}
        self.seats = [seat for seat in seats if data is None or name_of(seat) in data]
        for seat in self.seats:
            person = self._suggested.get(seat.pk)
            initial = person.external_id if person else seat.external_id
            self.fields[name_of(seat)] = forms.CharField(
                label=seat.name, max_length=LONGEST, required=False, initial=initial,
                widget=_choice(seat, people) if people and not person else forms.TextInput(attrs=TYPED),
                validators=[_check_visible],
            )  # fmt: skip

    @property
    def rows(self) -> Iterator[tuple[Member, BoundField, Person | None]]:
        """Each seat with its field, and who was suggested for it."""
        return ((seat, self[name_of(seat)], self._suggested.get(seat.pk)) for seat in self.seats)

    def clean(self) -> dict[str, str]:
        data = super().clean() or {}
        here = {seat.pk for seat in self.seats}
        taken = Counter(seat.external_id for seat in self._present() if seat.pk not in here)
        taken.update(data.get(name_of(seat), "") for seat in self.seats)
        for name in [name_of(seat) for seat in self.seats]:
            if data.get(name) and taken[data[name]] > 1:
                self.add_error(name, _("Another seat has this id, too."))
        return data

    def _present(self) -> Sequence[Member]:
        return list(self.seats[0].klass.present_seats()) if self.seats else []

    def save(self, by: Member) -> int:
        """Store what is different, and return how many that were."""
        changed = [seat for seat in self.seats if seat.external_id != self.cleaned_data[name_of(seat)]]
        for seat in changed:
            set_external_id(seat, by, self.cleaned_data[name_of(seat)])
        return len(changed)


def name_of(seat: Member) -> str:
    """The name of the seat's field."""
    return f"id-{seat.slug}"


def _choice(seat: Member, people: Sequence[Person]) -> forms.Select:
    here = seat.external_id
    choices = [(here, _("keep %(id)s") % {"id": here} if here else _("nobody in the file"))]
    return forms.Select(choices=choices + [(person.external_id, _told(person)) for person in people])


def _told(person: Person) -> str:
    return f"{person.student} · {person.external_id}" if person.student else person.external_id
