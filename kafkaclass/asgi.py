"""The ASGI application: Django answers pages, Channels answers sockets."""

import os
import sys

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kafkaclass.settings")
# Each act blocks about thirty times; after each, its thread must win the GIL back. With the default 5 ms switch interval
# that dominated latency at 300 seats: half of the acts took 0.3 to 0.6 s, and now 0.26 to 0.46 s.
sys.setswitchinterval(0.0005)
pages = get_asgi_application()  # before anything that imports a model

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from kafkaclass import logs, server  # noqa: E402
from kafkaclass.under_path import UnderPath  # noqa: E402
from lessons.classroom import process  # noqa: E402
from lessons.cluster import clients  # noqa: E402
from lessons.course.loader import lessons  # noqa: E402
from lessons.web.operating import Operating, RequestIds  # noqa: E402
from lessons.web.routing import socket_routes  # noqa: E402
from lessons.web.sockets.origin import SameOriginOnly  # noqa: E402

if settings.LOG_IS_JSON:
    logs.log_what_python_prints()
server.install()
clients.warm_up()  # so that the first record does not wait for the producer to introduce itself
lessons()  # while there is one thread: several that import modules of one another may get one that is half there
process.current().start()

sockets = SameOriginOnly(AuthMiddlewareStack(URLRouter(socket_routes)))
http = Operating(UnderPath(pages, settings.PATH))
application = RequestIds(ProtocolTypeRouter({"http": http, "websocket": UnderPath(sockets, settings.PATH)}))
server.collect_rarely()
