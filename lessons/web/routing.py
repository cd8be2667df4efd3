"""The addresses of websockets. Channels fills `scope["url_route"]`; who may come in is for the sockets to ask."""

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path, re_path

from lessons.web.sockets import ConsumeSocket, FeedSocket, LiveSocket, NowhereSocket, ProgramSocket, WatchSocket

websocket_urlpatterns = [
    path("ws/c/<slug:class_slug>/live/<slug:page>/", LiveSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/watch/", WatchSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/feed/", FeedSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/consume/", ConsumeSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/program/", ProgramSocket.as_asgi()),
    re_path("", NowhereSocket.as_asgi()),  # the last one
]
socket_routes = [path(settings.PATH.removeprefix("/"), URLRouter(websocket_urlpatterns))]
