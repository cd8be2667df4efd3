"""One client of a page's program: what it is asked runs on threads, one thing after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

from django.db import DatabaseError, close_old_connections
from pydantic import ValidationError

from lessons.classroom.perform import AnswerNotStored
from lessons.cluster.errors import AppRefused
from lessons.cluster.namespace import Namespace
from lessons.cluster.programs import OutgoingRecord, ProgramClient
from lessons.cluster.programs.client import refusal_as_json
from lessons.cluster.programs.wire import JSON, raised

_log = logging.getLogger(__name__)

_APP_FAILED: JSON = {"raises": "RuntimeError", "text": "The app failed here; its log says how."}
_NOT_STORED: JSON = {
    "raises": "RuntimeError",
    "text": "The app's database did not answer. What became of this call is not known: look at the cluster.",
}
CLOSED: JSON = {"raises": "RuntimeError", "text": "This client is closed."}


class ClientOfPage:
    """`then` puts work in line; `answer` is called on the event loop with the call's id and its answer."""

    def __init__(self, namespace: Namespace, answer: Callable[[int, JSON], None], threads: Executor) -> None:
        self._namespace = namespace
        self._answer = answer
        self._threads = threads
        self._client: ProgramClient | None = None
        self._line, self._aside = asyncio.Lock(), asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        return len(self._tasks)

    def open(self, call_id: int, make: Callable[[], ProgramClient], *, failed: Callable[[], object]) -> None:
        def work() -> JSON:
            self._client = make()
            return {}

        self._then(call_id, work).add_done_callback(lambda _task: self._client or failed())

    def call(self, call_id: int, name: str, args: JSON) -> None:
        self._with_client(call_id, lambda client: client.call(name, args))

    def close(self, call_id: int, *, afterwards: Callable[[], object]) -> None:
        """Until then it can be told that a callback has returned."""

        def close(client: ProgramClient) -> JSON:
            client.close()
            return {}

        self._with_client(call_id, close, afterwards)

    def produce(self, records: Sequence[OutgoingRecord]) -> None:
        self._with_client(None, lambda client: client.produce(records))

    def flush(self) -> None:
        self._with_client(None, lambda client: client.flush())

    def consumed(self, positions: Sequence[tuple[str, int, int]]) -> None:
        self._with_client(None, lambda client: client.consumed(positions))

    def grant(self, records: int) -> None:
        if self._client is not None:
            self._client.grant(records)
        else:  # it is being made
            self._with_client(None, lambda client: client.grant(records))

    def handled(self) -> None:
        """At once: the client waits for it in the middle of what it does."""
        if self._client is not None:
            self._client.handled()

    async def leave(self) -> None:
        """The page is gone."""
        if self._client is not None:
            self._client.leave()
        self._with_client(None, lambda client: client.close())
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _with_client(
        self,
        call_id: int | None,
        use: Callable[[ProgramClient], object],
        afterwards: Callable[[], object] | None = None,
    ) -> None:
        task = self._then(call_id, lambda: None if self._client is None else use(self._client))
        if afterwards is not None:
            task.add_done_callback(lambda _task: afterwards())

    def _then(self, call_id: int | None, work: Callable[[], Any]) -> asyncio.Task[None]:
        # A rebalance waits for the program's callback, in the middle of a call perhaps: what the callback asks for does
        # not wait behind that.
        is_called_back = self._client is not None and self._client.is_called_back
        line = self._aside if is_called_back else self._line
        task = asyncio.create_task(self._in_line(line, call_id, work), name="program-client")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _in_line(self, line: asyncio.Lock, call_id: int | None, work: Callable[[], Any]) -> None:
        async with line:
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._run, work)
        if call_id is not None:
            self._answer(call_id, answer)
        elif "error" in answer:
            _log.error("what a program's page said came to nothing: %s", answer["error"])

    def _run(self, work: Callable[[], Any]) -> JSON:
        try:
            return {"value": work()}
        except AppRefused as refusal:
            return {"error": refusal_as_json(refusal)}
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            words = ".".join(map(str, first["loc"])) + f": {first['msg']}"
            return {"error": {"raises": "ValueError", "text": words}}
        except (DatabaseError, AnswerNotStored):
            _log.exception("a call of a program is not stored")
            return {"error": _NOT_STORED}
        except Exception as error:
            return {"error": self._raised(error)}
        finally:
            close_old_connections()

    def _raised(self, error: Exception) -> JSON:
        try:
            return raised(error, self._namespace)
        except Exception:
            _log.exception("a call of a program failed")
            return _APP_FAILED
