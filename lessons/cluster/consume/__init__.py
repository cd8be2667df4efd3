"""One real member of a consumer group, on a thread of its own.

Why it is so
------------
A page that consumes teaches what a consumer is, so it is one: it joins a group, is assigned partitions, commits
offsets and leaves. Whoever owns it (a socket) gets `Event`s and says `grant`, `acknowledge`, `commit`, `stop` or `kill`; all
return at once, and all of Kafka happens on the thread.

*Credit*: no more records are handed out than were granted. Without credit the partitions are paused and the member
goes on polling, so it stays in its group for as long as it likes (`max.poll.interval.ms` holds) and nothing is left
out.

*Acknowledged*: an offset is committed only when the owner has acknowledged the record: each second, when partitions are
revoked, and at the end; without `auto_commit` when the owner says `commit`. What was delivered and not acknowledged is
delivered again to whoever reads next. The client's own auto-commit would do almost the same, but it never commits an
offset below an earlier one, and carried the offset of a deleted topic over to the new one of that name.

*At the end* the client says so, with an offset: it may lie behind that of the last record, for the mark that ends a
transaction takes one as well. That offset is committed, as the Java client does, or the group would stay behind for ever.

*Start offsets* are looked up and given to `assign()`: so they can be told, and `latest` does not miss what is produced
right after the assignment (it missed it in 8 of 8 trials).

*Another topic of the same name*: librdkafka goes by the name. It notices a missing topic within 2 s and joins again
when it is back; when the topic was created again in between, it reads on at the old offset, silently if there is such
an offset. So the owner says `begin_anew` when the topic's id has changed (`live.TopicWatch` looks).
"""

from lessons.cluster.consume.events import Assigned, AtEnd, Committed, Delivered, Event, Revoked, Stopped, Trouble
from lessons.cluster.consume.member import MAX_CREDIT, GroupMember
from lessons.cluster.consume.membership import Membership

__all__ = [
    "MAX_CREDIT",
    "Assigned",
    "AtEnd",
    "Committed",
    "Delivered",
    "Event",
    "GroupMember",
    "Membership",
    "Revoked",
    "Stopped",
    "Trouble",
]
