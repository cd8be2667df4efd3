from django.conf import settings
from django.urls import include, path

from lessons.web.api import api

site = [
    path("api/v1/", api.urls),
    path("", include("lessons.web.urls")),
]
urlpatterns = [path(settings.PATH.removeprefix("/"), include(site))]

handler400 = "lessons.web.errors.bad_request"
handler403 = "lessons.web.errors.forbidden"
handler404 = "lessons.web.pages.doors.join.not_found"
handler500 = "lessons.web.errors.server_error"
