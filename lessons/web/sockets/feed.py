"""The class's feed: for those who teach it or grade it, and for students while it is shared."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from lessons.classroom.access import get_feed_reader
from lessons.classroom.feed import TOPIC, ClassTopics
from lessons.classroom.models import Member, Role, User
from lessons.classroom.rights import Ground, sees_its_feed
from lessons.cluster.namespace import Namespace
from lessons.web.sockets.protocol import Watch
from lessons.web.sockets.watch import WatchSocket


class FeedSocket(WatchSocket):
    """Whatever topic the page names, it is the feed."""

    def door(self, user: User | AnonymousUser, class_slug: str) -> Member:
        return get_feed_reader(user, class_slug)

    @property
    def namespace(self) -> Namespace:
        return ClassTopics(self.member.klass.slug)

    def topic(self, wanted: Watch) -> str:
        return TOPIC

    def grounds(self) -> set[Ground]:
        shared = {sees_its_feed(self.member.klass)} if self.member.role == Role.STUDENT else set()
        return super().grounds() | shared
