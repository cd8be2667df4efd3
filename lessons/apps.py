from django.apps import AppConfig
from django.conf import settings

from lessons.cluster import clients


class LessonsConfig(AppConfig):
    name = "lessons"

    def ready(self) -> None:
        """Names the cluster. No client is made yet: they are made in the process that uses them, after any fork."""
        extra = tuple(settings.KAFKA_SECURITY.items())
        clients.configure(clients.Connection(settings.KAFKA_BOOTSTRAP_SERVERS, extra))
