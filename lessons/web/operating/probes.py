"""Whether this process answers, and whether it can serve pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import Error, connection

from lessons.web.operating.reply import Reply

READY_WITHIN_S = 2.0

_log = logging.getLogger(__name__)


async def healthy(_scope: Mapping[str, Any]) -> Reply:
    return Reply(200, "This process answers.\n")


def ask_database() -> str:
    """What is wrong, for whoever runs the app; empty if nothing is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            cursor.fetchone()
    except Error as error:
        return f"The database does not answer, or was never migrated ({type(error).__name__})."
    except Exception:  # a driver's own: what matters here is that there is no answer
        _log.exception("the database could not be asked")
        return "The database could not be asked."
    finally:
        connection.close()
    return ""


class Readiness:
    """Answers within `within_s`, also while the database hangs."""

    def __init__(self, ask: Callable[[], str] = ask_database, *, within_s: float = READY_WITHIN_S) -> None:
        self._ask = ask
        self._within_s = within_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._asking: Future[str] | None = None
        self._was_ready = True

    async def __call__(self, _scope: Mapping[str, Any]) -> Reply:
        problem = await self._problem()
        if bool(problem) is self._was_ready:  # said once, however often it is asked
            _log.log(logging.WARNING if problem else logging.INFO, "%s", problem or "The database answers again.")
        self._was_ready = not problem
        return Reply(503, f"{problem}\n") if problem else Reply(200, "Ready: the database answers.\n")

    async def _problem(self) -> str:
        if self._asking is None or self._asking.done():
            self._asking = self._thread.submit(self._ask)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._asking)), self._within_s)
        except TimeoutError:
            return f"The database did not answer within {self._within_s:g} s."
