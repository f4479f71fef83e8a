"""Every address of the studio."""

from allauth.headless.constants import Client
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from apps.billing.urls import provider_urlpatterns
from apps.common.views import CsrfView
from apps.jobs.urls import websocket_urlpatterns, worker_urlpatterns

from . import social_views
from .panel import probes
from .passwords import PasswordView
from .views import HealthView, error_page, not_found, second_step_picture, studio_page

__all__ = ["urlpatterns", "websocket_urlpatterns"]

api: list[URLPattern | URLResolver] = [
    path("csrf", CsrfView.as_view(), name="csrf"),
    path("health", HealthView.as_view(), name="health"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("", include("apps.accounts.urls")),
    path("", include("apps.billing.urls")),
    path("", include("apps.library.urls")),
    path("", include("apps.voices.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.hooks.urls")),
    path("", include("apps.leaving.urls")),
]

handler500 = "voicestudio.views.broken"
urlpatterns = [
    path("api/v1/", include(api)),
    path("worker/v1/", include(worker_urlpatterns)),
    path("provider/v1/", include(provider_urlpatterns)),
    path("_allauth/second-step.svg", second_step_picture),
    path(
        "_allauth/browser/v1/account/password/change",
        PasswordView.as_api_view(client=Client.BROWSER),
    ),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include(social_views.urlpatterns)),
    path("docs/api", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="reference"),
    path("docs/errors", error_page),
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("health", RedirectView.as_view(url="/admin/health/")),  # the operator's, behind its door
    re_path(r"^(?:api|worker|provider|ws|_allauth|accounts|static|assets|docs)(?:/|$)", not_found),
    re_path(r"^(?!admin(?:/|$))", studio_page, name="studio"),
]
