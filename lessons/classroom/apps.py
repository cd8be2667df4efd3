from django.apps import AppConfig
from django.conf import settings

from lessons.cluster import clients
from lessons.course import own_brokers


class LessonsConfig(AppConfig):
    name = "lessons.classroom"
    label = "lessons"

    def ready(self) -> None:
        """Names the cluster, and its brokers if they are ours. No client is made yet: they are made in the process that uses them, after any fork."""
        extra = tuple(settings.KAFKA_SECURITY.items())
        clients.configure(clients.Connection(settings.KAFKA_BOOTSTRAP_SERVERS, extra))
        own_brokers.configure(settings.DATA_DIR if settings.BROKERS_ARE_OURS else None)
