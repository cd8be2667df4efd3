"""The hub: topics as they grow, to any number of pages, by one consumer for each process.

    Hub().watch(namespace, "test1p", start=Start("beginning"), send=...) -> Viewer with grant(n) and close()

Why it is so
------------
*One reader.* A Kafka consumer for each page costs 7 threads, 14 descriptors and 20 times the CPU (measured with 50
pages). So one thread (`tail`) follows the end of all watched partitions by `assign()`, without a group and without
commits, and one warm consumer (`history`) reads what lies before. Both are gone when nothing is watched.

*Serialised once.* A record becomes JSON in the reader's thread, and stands as text in the topic's `ring`. Live viewers
at the same place with enough credit get the very same frame.

*No gap and no double.* The tail starts at explicit offsets that were looked up before; `latest` would miss what is
produced right after the assignment. The ring knows from which offset on it has everything. A viewer that needs
something older reads it from Kafka in stretches, and joins the ring at exactly the offset where the ring takes over;
all in one event loop, so nothing slips in between.

*Credit.* Daphne never pushes back (its issue 170), so a viewer is sent only what its page has asked for. A live viewer
that the ring leaves behind is told how many records it missed; one that still catches up misses none, since Kafka has
them.

*Coalescer.* A frame costs more than a record. Frames leave at once until 1,750 a second leave the process; beyond that
they wait, at most 100 ms, and carry more.

*Another topic of the same name.* Offsets mean something only together with the topic's id. `topic_watch` looks once a
second; a topic that was created anew begins at 0 for everybody who watches. An offset that goes back makes it look at
once.

*Not in here:* who may watch what. A `Namespace` is the proof; the sockets get it from `lessons.classroom.access`.
"""

from lessons.cluster.live.hub import Hub
from lessons.cluster.live.start import Start
from lessons.cluster.live.topic_watch import Sighting, TopicWatch
from lessons.cluster.live.viewer import MAX_CREDIT, Viewer

__all__ = ["MAX_CREDIT", "Hub", "Sighting", "Start", "TopicWatch", "Viewer"]
