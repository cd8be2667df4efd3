"""Whether the database answers, is whole, and has our tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from kafkaclass.management.doctor.finding import Finding, look, ok, wrong

_WITHIN_S = 5
WHAT = "Database"


def examine() -> Iterator[Finding]:
    own = own_connection()
    if own.vendor == "sqlite" and not Path(own.settings_dict["NAME"]).exists():
        yield ok(WHAT, "there is none yet: `up` makes it")
        return
    try:
        own.ensure_connection()
        yield _kind(own)
        yield _tables(own)
    except Error as error:
        yield wrong(WHAT, f"it does not answer: {_in_a_line(error)}. Check DATABASE_URL, and whether the server runs.")
    finally:
        own.close()


def own_connection() -> BaseDatabaseWrapper:
    """Beside the app's pool, which waits for half a minute."""
    own = connections["default"].copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    if own.vendor == "postgresql":
        own.settings_dict["OPTIONS"]["connect_timeout"] = _WITHIN_S
    return own


def first_class() -> str | None:
    """The short name of the oldest class; None where that cannot be had."""
    own = own_connection()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT slug FROM lessons_class ORDER BY id LIMIT 1")
            row = cursor.fetchone()
    except Error:
        return None
    finally:
        own.close()
    return row[0] if row else None


def _kind(own: BaseDatabaseWrapper) -> Finding:
    version = ".".join(map(str, own.get_database_version()))
    where = f"{own.display_name} {version} at {own.settings_dict['HOST'] or own.settings_dict['NAME']}"
    if own.vendor != "sqlite":
        return ok(WHAT, where)
    with own.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        said = cursor.fetchone()[0]
    if said != "ok":
        return wrong(WHAT, f"{where} is damaged ({said}). Restore a backup.")
    if not os.access(own.settings_dict["NAME"], os.W_OK):
        return wrong(WHAT, f"{where} cannot be written by this user. Check the owner of the data folder.")
    return ok(WHAT, where)


def _tables(own: BaseDatabaseWrapper) -> Finding:
    executor = MigrationExecutor(own)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        words = "none yet" if not executor.loader.applied_migrations else f"{len(missing)} migrations were not applied"
        return wrong("Tables", f"{words}. `manage.py up` applies them when it starts, or `manage.py migrate` now.")
    unknown = executor.loader.applied_migrations.keys() - executor.loader.disk_migrations.keys()
    if unknown:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in unknown))
        return look("Tables", f"they come from a newer version of the app ({names}). Use that one.")
    return ok("Tables", "every migration was applied")


def _in_a_line(error: Error) -> str:
    return " ".join(str(error).split()).rstrip(".")
