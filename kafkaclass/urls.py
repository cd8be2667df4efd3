from django.urls import include, path

from lessons.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("lessons.urls")),
]

handler400 = "lessons.views.errors.bad_request"
handler403 = "lessons.views.errors.forbidden"
handler404 = "lessons.views.errors.not_found"
handler500 = "lessons.views.errors.server_error"
