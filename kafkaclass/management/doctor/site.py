"""The settings of the web site, its port, and whether it answers."""

from __future__ import annotations

import http.client
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from kafkaclass.management.doctor.finding import Finding, look, ok, wrong
from kafkaclass.management.running import Running
from lessons.embedded.ports import is_free

USUAL_PORT = 8000
_WITHIN_S = 5.0


def examine(up: Running | None) -> Iterator[Finding]:
    yield _answers(up) if up else _port()
    yield _secret_key(settings.SECRET_KEY_FILE)
    yield _hosts()
    if settings.DEBUG:
        yield wrong("Errors", "KAFKACLASS_DEBUG=1 shows settings to whoever meets an error. Unset it in a class.")


def _answers(up: Running) -> Finding:
    """Any of its processes."""
    where = urlsplit(up.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_WITHIN_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        words = answer.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        words = f"{up.url} does not answer ({error})"
        return wrong("Web site", f"{words}. `up` logs to logs/web.log in the data folder, `serve` to its own output.")
    finally:
        connection.close()
    if answer.status != 200:
        return wrong("Web site", f"{up.url} answers and is not ready: {words}")
    return ok("Web site", f"{up.url} answers (process {up.pid})")


def _port() -> Finding:
    if is_free(USUAL_PORT):
        return ok("Web site", f"no class runs on this data folder; port {USUAL_PORT} is free")
    words = f"no class runs on this data folder, and another program uses port {USUAL_PORT}"
    return look("Web site", f"{words}: `up` takes another port, and the links have that one. Name one by --port.")


def _secret_key(path: Path) -> Finding:
    if os.environ.get("KAFKACLASS_SECRET_KEY"):
        return ok("Secret key", "from KAFKACLASS_SECRET_KEY, the same wherever it is set")
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return wrong("Secret key", f"others on this machine can read {path}. Take that from them: chmod 600 {path}")
    if connection.vendor != "sqlite" and not settings.SECRET_KEY_IS_NAMED:
        words = f"made in {path}, and the database can be shared. Where several machines share it, set"
        return look(
            "Secret key", f"{words} KAFKACLASS_SECRET_KEY to the same on all: or codes and links hold on one alone."
        )
    return ok("Secret key", f"in {path}, for its owner only")


def _hosts() -> Finding:
    named = ", ".join(settings.HOSTS)
    if "*" in settings.HOSTS:
        return look("Hosts", "KAFKACLASS_HOSTS=* takes any name for the site's own. Name those that lead to it.")
    if settings.BEHIND_TLS and not named:
        return wrong(
            "Hosts", "KAFKACLASS_TLS=1 and no KAFKACLASS_HOSTS: forms sent by its name in public are refused. Name it."
        )
    return ok("Hosts", named or "this machine, and its own addresses where `up --host` opens them")
