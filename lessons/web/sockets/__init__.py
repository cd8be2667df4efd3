"""The websockets on which records arrive, and on which the page is kept fresh.

    live/PAGE/ (nothing)                            page ← parts
    watch/     page → watch, grant, stop            page ← watching, records, left_out, waiting, going_on,
                                                           topic_deleted, partitions_added, problem
    feed/      as watch/, but always of the class's feed; for staff, or for all while it is shared
    program/   see `program_protocol`: the clients of a program that runs in the page
    consume/   page → start, grant, ack, commit,    page ← started, assigned, revoked, records, committed,
                      stop, kill                           topic_deleted, topic_recreated, problem, stopped

The live pages are in `lessons.web.live.registry`. Staff watch a student's topic with `?seat=`.

`protocol` has what a page may say, word for word; `lessons.cluster.live.frames` and `running_consumer` have what it is told.

Why it is so
------------
*A socket's handlers return at once.* A handler that loops would keep its socket from hearing anything else, so what
takes time is a task. Channels does not call `disconnect()` after an exception; cleaning up is in a `finally` around
the whole life of the socket (`base`).

*Close codes.* 4404: not a member of that class, no such class, no such address; said after accepting, because a browser
cannot read the code of a socket that was never accepted. 4400: five frames that no page of ours would send. 4408: the
browser takes nothing any more. 4413: a frame of more than 64 KiB (1009 is the server's own: Daphne takes it from no
application). 4429: one seat has too much open (`limits`). A page of another origin gets no code, but a 403 (`origin`).

*The process ends in order:* members leave their groups and their acts are settled, whatever the server does with its
loop (`lessons.cluster.consume.ending`).

*A page and its form may meet different web processes.* What the other one did is heard in the class's feed (`lessons.web.live.feed_follower`).

*A form's wrong value is no forged frame.* It is answered in words, as often as somebody likes to try.

*No channel layer.* The in-memory one drops what comes when it holds 100, silently. The hub and the group member speak
to the socket by a function that puts text into its outbox; credit bounds what can be in there.
"""

from lessons.web.sockets.base import NowhereSocket
from lessons.web.sockets.consume import ConsumeSocket
from lessons.web.sockets.feed import FeedSocket
from lessons.web.sockets.live import LiveSocket
from lessons.web.sockets.program import ProgramSocket
from lessons.web.sockets.watch import WatchSocket

__all__ = ["ConsumeSocket", "FeedSocket", "LiveSocket", "NowhereSocket", "ProgramSocket", "WatchSocket"]
