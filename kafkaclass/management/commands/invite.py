"""`manage.py invite`: a sign-in link for an instructor or a grader."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from lessons.classroom.models import Class, Role
from lessons.classroom.people.seats import sign_in_path_of, staff_member
from lessons.web.forms.doors import RenameForm


class Command(BaseCommand):
    help = "Print a link that signs an instructor or a grader in: once, within a week. The newest link is the one that works."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--class", dest="klass", required=True, help="the class's short name, as in its addresses")
        parser.add_argument("--role", required=True, choices=[Role.INSTRUCTOR.value, Role.GRADER.value])
        parser.add_argument("--name", required=True, help="as the class knows this person")

    def handle(self, *_args: Any, klass: str, role: str, name: str, **_options: Any) -> None:
        found = Class.objects.filter(slug=klass).first()
        if found is None:
            known = ", ".join(Class.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no class {klass!r}. There are: {known}.")
        form = RenameForm({"name": name})
        if not form.is_valid():
            raise CommandError(" ".join(map(str, form.errors["name"])))
        self.stdout.write(sign_in_path_of(staff_member(found, role, form.cleaned_data["name"])))
