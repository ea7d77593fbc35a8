"""Pages and the API; neither knows the other."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("backend.api.urls")),
    path("redraw/", include("backend.studio.urls")),
    path("", include("backend.web.urls")),
]
