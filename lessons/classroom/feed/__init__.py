"""The class's feed: one topic, `_<class>.feed`, that tells what happened in the class.

    topic      its name, and how it is made
    records    what it says of a row
    outbox     how rows get there

Why it is so
------------
Kafka is the bus: the topic survives a restart, a late viewer replays it, and every web process reads it. The rows
(acts, attempts, hands, announcements) are the truth and the outbox at once: what has no `feed_offset` is sent again.
Whoever stores a row sends it; what stays behind, because its process died or Kafka was away, is sent by whoever finds
it. So an id can appear twice, and the later record is the one that counts. Records carry ids and seats but no names: a
name can change, a record can't.

The topic's name begins with an underscore and yet Kafka does not call it internal: lesson 2 needs such a topic.
"""

from lessons.classroom.feed.topic import TOPIC, ClassTopics, create_feed_topic

__all__ = ["TOPIC", "ClassTopics", "create_feed_topic"]
