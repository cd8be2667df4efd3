"""The topic itself: its name, and how it is made."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lessons.classroom.models import Class
from lessons.cluster import topics
from lessons.cluster.errors import TopicExists
from lessons.cluster.metadata import list_metadata
from lessons.cluster.namespace import Namespace

TOPIC = "feed"


@dataclass(frozen=True)
class ClassTopics(Namespace):
    """Where the class keeps its own topics, beside the seats' and with an underscore."""

    seat_slug: str = "class"

    @property
    def prefix(self) -> str:
        return self.class_prefix


def create_feed_topic(klass: Class) -> None:
    """Makes the feed's topic: one partition (one order), kept for ever, on as many brokers as there are, up to 3."""
    brokers = len(list_metadata(asked="Count the brokers").brokers)
    namespace, config = ClassTopics(klass.slug), {"retention.ms": "-1", "retention.bytes": "-1"}
    with suppress(TopicExists):  # another process was quicker
        topics.create_topic(namespace, TOPIC, partitions=1, replicas=min(3, brokers), config=config)
