"""The addresses of websockets. Channels fills `scope["url_route"]`; who may come in is for the sockets to ask."""

from django.urls import path, re_path

from lessons.web.sockets import (
    ConsumeSocket,
    FeedSocket,
    LiveSocket,
    NotificationsSocket,
    NowhereSocket,
    RoomSocket,
    SeatLiveSocket,
    SeatWatchSocket,
    WatchSocket,
)

websocket_urlpatterns = [
    path("ws/c/<slug:class_slug>/live/", LiveSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/live/<slug:lesson_slug>/", LiveSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/watch/", WatchSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/notifications/", NotificationsSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/room/", RoomSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/feed/", FeedSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/seats/<str:seat_slug>/live/<slug:lesson_slug>/", SeatLiveSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/seats/<str:seat_slug>/watch/", SeatWatchSocket.as_asgi()),
    path("ws/c/<slug:class_slug>/consume/", ConsumeSocket.as_asgi()),
    re_path("", NowhereSocket.as_asgi()),  # the last one
]
