"""A class in one file: its rows, and the key that its codes, links, tokens and cards come of.

    write_backup(file)     of a class that runs, or of one that does not
    read_backup(file)      into a database that has no class yet

Why it is so
------------
Rows are written out as JSON by Django's own serializers, from SQLite and from PostgreSQL alike: so a class can move from
a laptop to a server, and nobody needs a pg_dump that fits. They are read in one moment: from PostgreSQL in one
transaction, which sees no later change, and from SQLite out of a copy, made by its own online backup, which holds nobody
up. The app and its tables have to be of the version that wrote the file.

Left out is what nobody would miss: who is signed in, and counts of wrong codes. And Kafka: the folders of brokers hold
together only while all of them are stopped. Then they can be copied with the whole data folder (`cp -a`), which is a backup,
too. Without them a class has its people, acts, attempts, evidence, grades and cards, and begins with an empty cluster.
"""

from __future__ import annotations

import io
import json
import os
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

from lessons.embedded.files import OWNER_ALONE, write_whole

FORMAT = 1
MANIFEST, ROWS, KEY = "manifest.json", "rows.jsonl", "secret-key"
LEFT_OUT = {"sessions.Session", "contenttypes.ContentType", "auth.Permission", "lessons.WrongCodes", "lessons.Chore"}
_AT_ONCE = 500


class BackupProblem(Exception):
    """Nothing was written, or nothing restored; str() says why, and what to do."""


def write_backup(file: Path) -> dict[str, int]:
    """How many rows of each table are in it; none else may read it. Raises: BackupProblem, OSError."""
    with TemporaryDirectory(dir=file.resolve().parent, prefix=".backup-") as folder:
        rows = Path(folder) / ROWS
        try:
            with _one_moment(Path(folder)), rows.open("w", encoding="utf-8") as stream:
                counts = {model._meta.label: _write_rows(model, stream) for model in saved_models()}
                migrations = _migrations()
        except Error as error:
            raise BackupProblem(f"The database cannot be read: {error}") from error
        manifest = {
            "format": FORMAT,
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "migrations": migrations,
            "rows": counts,
        }
        whole = Path(folder) / "whole"
        with _new_file(whole) as opened, tarfile.open(fileobj=opened, mode="w:gz") as archive:
            _add(archive, MANIFEST, json.dumps(manifest, indent=2).encode())
            _add(archive, KEY, settings.SECRET_KEY.encode())
            archive.add(rows, ROWS, filter=_for_its_owner)
        if file.exists():
            raise BackupProblem(f"{file} is there already, and is not written over. Name another file.")
        whole.replace(file)
    return counts


def read_backup(file: Path) -> dict[str, int]:
    """How many rows of each table were restored; all or none. Raises: BackupProblem, OSError."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            manifest = json.loads(_member(archive, MANIFEST).read())
            key = _member(archive, KEY).read().decode()
            _refuse_another_key(key)
            call_command("migrate", verbosity=0, interactive=False)
            _refuse(manifest)
            with transaction.atomic():
                counts = _read_rows(_member(archive, ROWS))
                if counts != manifest["rows"]:
                    raise BackupProblem(f"{file} is not whole: it has fewer rows than it had when it was written.")
                _reset_sequences()
                _write_key(key)
    except (
        tarfile.TarError,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        serializers.base.DeserializationError,
    ) as error:
        raise BackupProblem(
            f"{file} is no backup of a class, or is damaged ({error}). Nothing was restored."
        ) from error
    except Error as error:
        raise BackupProblem(f"The database did not take the rows: {error}. Nothing was restored.") from error
    return counts


def saved_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.managed and model._meta.label not in LEFT_OUT]


@contextmanager
def _one_moment(folder: Path) -> Iterator[None]:
    """In the with block this thread's database does not change."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                cursor.execute("SELECT 1")  # the moment is that of the first question
            yield
        return
    copy, original = folder / "copy.sqlite3", connection.settings_dict["NAME"]
    if not Path(original).exists():
        raise BackupProblem(f"There is no class in {settings.DATA_DIR}. Name its folder by --data.")
    with closing(sqlite3.connect(original)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    living, still = connections["default"], connections["default"].copy()
    still.settings_dict["NAME"] = str(copy)
    connections["default"] = still
    try:
        yield
    finally:
        still.close()
        connections["default"] = living


class _Exact(DjangoJSONEncoder):
    """Django cuts a time after its milliseconds, as JavaScript does."""

    def default(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else super().default(value)


def _write_rows(model: type[Model], stream: IO[str]) -> int:
    rows = model._base_manager.order_by("pk")
    serializers.serialize("jsonl", rows.iterator(_AT_ONCE), stream=stream, cls=_Exact)
    return rows.count()


def _migrations() -> list[str]:
    """Those of our own tables."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app == "lessons")


def _read_rows(lines: IO[bytes]) -> dict[str, int]:
    counts = dict.fromkeys((model._meta.label for model in saved_models()), 0)
    found = serializers.deserialize("jsonl", io.TextIOWrapper(lines, encoding="utf-8"))
    for model, of_model in groupby((each.object for each in found), key=_model_of):
        while some := list(islice(of_model, _AT_ONCE)):
            model._base_manager.bulk_create(some)
            counts[model._meta.label] += len(some)
    return counts


def _model_of(row: Model) -> type[Model]:
    return type(row)


def _refuse(manifest: dict[str, Any]) -> None:
    """Raises: BackupProblem."""
    if manifest["format"] != FORMAT or manifest["migrations"] != _migrations():
        raise BackupProblem(
            "This backup is of another version of kafkaclass. Restore it with the version that wrote it."
        )
    if taken := [model._meta.verbose_name_plural for model in saved_models() if model._base_manager.exists()]:
        there = ", ".join(map(str, taken))
        raise BackupProblem(f"There is a class in this database already ({there}). Name an empty folder or database.")


def _refuse_another_key(key: str) -> None:
    if (given := os.environ.get("KAFKACLASS_SECRET_KEY")) and given != key:
        raise BackupProblem(
            f"KAFKACLASS_SECRET_KEY is not the key of this class: its codes and cards would hold no longer. Set it to what"
            f" {KEY} in the backup has, or unset it."
        )


def _write_key(key: str) -> None:
    """In the place of one that was made when this command began, and protects nothing yet."""
    if os.environ.get("KAFKACLASS_SECRET_KEY"):
        return
    write_whole(settings.SECRET_KEY_FILE, key, mode=OWNER_ALONE)


def _reset_sequences() -> None:
    """PostgreSQL's do not know of the keys that came with the rows."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), saved_models()):
            cursor.execute(statement)


def _new_file(path: Path) -> IO[bytes]:
    """Which nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _for_its_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of who has written it."""
    member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
    return member


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Raises: KeyError."""
    opened = archive.extractfile(name)
    if opened is None:
        raise KeyError(name)
    return opened
