"""The class's feed, for those who teach it or grade it."""

from __future__ import annotations

from lessons.access import get_staff
from lessons.cluster.namespace import Namespace
from lessons.consumers.protocol import Watch
from lessons.consumers.watch import WatchSocket
from lessons.feed import TOPIC, ClassTopics


class FeedSocket(WatchSocket):
    """Whatever topic the page names, it is the feed."""

    door = staticmethod(get_staff)

    @property
    def namespace(self) -> Namespace:
        return ClassTopics(self.member.klass.slug)

    def topic(self, wanted: Watch) -> str:
        return TOPIC
