"""The ASGI application: pages by Django, sockets by Channels."""

import os
import sys

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafkaclass.settings")
# An act waits some thirty times, for rows and for Kafka, and each time it may wait as long again until Python lets its
# thread go on. With the usual 5 ms half of the acts of three hundred seats took 0.3 to 0.6 s; so it is 0.26 to 0.46.
sys.setswitchinterval(0.0005)
pages = get_asgi_application()  # before anything that imports a model

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from lessons.classroom import process  # noqa: E402
from lessons.cluster import clients  # noqa: E402
from lessons.web.routing import websocket_urlpatterns  # noqa: E402
from lessons.web.sockets.origin import SameOriginOnly  # noqa: E402

clients.warm_up()  # so that the first record does not wait for the producer to introduce itself
process.current().start()

sockets = SameOriginOnly(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
