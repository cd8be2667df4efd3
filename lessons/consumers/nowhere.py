"""The address of no socket."""

from __future__ import annotations

from lessons.consumers.base import NOT_YOURS, Message, PageSocket


class NowhereSocket(PageSocket):
    """Missing and forbidden answer alike. Without it the router raises, and the log has a traceback for each typing error."""

    async def websocket_connect(self, _: Message) -> None:
        await self.send({"type": "websocket.accept"})
        await self.close(NOT_YOURS)
