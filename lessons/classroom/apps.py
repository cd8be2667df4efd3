from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext, ngettext

from lessons import words
from lessons.cluster import clients
from lessons.course import own_brokers


class LessonsConfig(AppConfig):
    name = "lessons.classroom"
    label = "lessons"

    def ready(self) -> None:
        """Hand the layers below what they need of Django: a translator, the cluster, and its brokers if they are ours.

        No client is made yet: each process makes its own, after any fork.
        """
        words.translate_by(gettext, ngettext)
        extra = tuple(settings.KAFKA_SECURITY.items())
        clients.configure(clients.Connection(settings.KAFKA_BOOTSTRAP_SERVERS, extra, settings.LAPTOP_SERVERS))
        own_brokers.configure(settings.DATA_DIR if settings.BROKERS_ARE_OURS else None)
