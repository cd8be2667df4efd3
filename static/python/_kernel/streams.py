"""sys.stdout and sys.stderr: told apart, in their order, and never more under way than the page can show."""

from __future__ import annotations

import io
import json
import time

import _page

POST_AT_CHARACTERS = 16_384
POST_EVERY_S = 0.03
MOST_UNDER_WAY = 200_000  # characters that the page has not acknowledged

_gathered: list[tuple[str, list[str]]] = []  # runs of one stream
_size = 0
_posted_at = 0.0


class Stream(io.TextIOBase):
    encoding, errors = "utf-8", "strict"

    def __init__(self, name: str) -> None:
        self.name, self.mode = f"<{name}>", "w"
        self._stream = name

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        for at in range(0, len(text), POST_AT_CHARACTERS):
            _gather(self._stream, text[at : at + POST_AT_CHARACTERS])
        return len(text)

    def flush(self) -> None:
        post()


def _gather(stream: str, text: str) -> None:
    global _size
    if not _gathered or _gathered[-1][0] != stream:
        _gathered.append((stream, []))
    _gathered[-1][1].append(text)
    _size += len(text)
    is_late = text.endswith("\n") and time.monotonic() - _posted_at > POST_EVERY_S  # print() writes its end by itself
    if _size >= POST_AT_CHARACTERS or is_late:
        post()
        _let_the_page_catch_up()


def post() -> None:
    """To the page, what was printed since the last time."""
    global _size, _posted_at
    if not _gathered:
        return
    runs = [(stream, "".join(pieces)) for stream, pieces in _gathered]
    size, _size = _size, 0
    _gathered.clear()
    _page.post(json.dumps(runs), size)
    _posted_at = time.monotonic()


def _let_the_page_catch_up() -> None:
    """Raises: KeyboardInterrupt; a loop that prints can be stopped."""
    from .waiting import pause

    pause(0)
    while _page.underWay() > MOST_UNDER_WAY:
        pause()
