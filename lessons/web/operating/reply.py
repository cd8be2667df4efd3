"""An answer of a few lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    status: int
    text: str | bytes
    content_type: str = PLAIN
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, scope: Mapping[str, Any], send: Any) -> None:
        """A HEAD gets the same headers, and no text."""
        body = self.text.encode() if isinstance(self.text, str) else self.text
        headers = [
            (b"content-type", self.content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
