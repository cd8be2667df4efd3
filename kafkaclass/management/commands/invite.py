"""`manage.py invite`: a sign-in link for an instructor or a grader."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from kafkaclass.management import running
from lessons.classroom.models import Class, Role
from lessons.classroom.people.staff import sign_in_path_of, staff_member
from lessons.web.forms.doors import RenameForm


class Command(BaseCommand):
    help = (
        "Print a link that signs in an instructor or a grader. It works once, within a week; a newer link replaces it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        running.add_data_argument(parser)
        parser.add_argument(
            "--class", dest="klass", required=True, help="the class's short name, as in the address of its pages"
        )
        parser.add_argument("--role", required=True, choices=[Role.INSTRUCTOR.value, Role.GRADER.value])
        parser.add_argument("--name", required=True, help="the person's name in the class")

    def handle(self, *_args: Any, klass: str, role: str, name: str, **_options: Any) -> None:
        try:
            found = Class.objects.filter(slug=klass).first()
        except DatabaseError:
            raise CommandError(
                f"There is no class in {settings.DATA_DIR}. Start one by manage.py up, or name its folder by --data."
            ) from None
        if found is None:
            known = ", ".join(Class.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no class {klass!r}. The classes are: {known}.")
        form = RenameForm({"name": name})
        if not form.is_valid():
            raise CommandError(" ".join(map(str, form.errors["name"])))
        path = sign_in_path_of(staff_member(found, role, form.cleaned_data["name"]))
        up = running.read(settings.DATA_DIR)
        if up is None:
            self.stderr.write("Nothing runs on this data folder now: put the address of the site before the link.")
        self.stdout.write(f"{up.url.rstrip('/')}{path}" if up else path)
