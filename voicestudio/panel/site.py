"""The site under /admin: for staff, and only with a second factor in this session."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from apps.common.looking import OperatorAdmin

from . import dashboard, health, plans


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened, or confirmed later, with more than a password.

    A factor that was taken away since counts no more.
    """
    records = get_authentication_records(request, request.user)
    was_asked = any(record.get("method") == "mfa" for record in records)
    return was_asked and bool(get_adapter().is_mfa_enabled(request.user))


class OperatorSite(UnfoldAdminSite):
    index_template = "panel/index.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Rooms of ours alone: those that libraries bring change rows past the change log, and show
        the seeds of second factors."""
        if admin_class is not None and issubclass(admin_class, OperatorAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and has_second_factor(request)

    def extra_urls(self) -> list[URLPattern]:
        return [
            path("health/", self.admin_view(self.health), name="health"),
            path("plans/", self.admin_view(self.plans), name="plans"),
        ]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        figures = {**dashboard.figures(), **(extra_context or {})}
        page: TemplateResponse = super().index(request, figures)
        return page

    def health(self, request: HttpRequest) -> TemplateResponse:
        """Server, database, cache, storage, queue, compute and migrations, looked at now."""
        context = {
            **self.each_context(request),
            "title": "상태 (health)",
            "parts": health.report(),
        }
        return TemplateResponse(request, "panel/health.html", context)

    def plans(self, request: HttpRequest) -> TemplateResponse:
        """What is sold, at which margin, and who has it; prices are changed in the code."""
        context = {
            **self.each_context(request),
            "title": "요금제 (plans)",
            "sections": plans.sections(),
        }
        return TemplateResponse(request, "panel/plans.html", context)

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """No form of its own: the studio's sign-in, its second step, or what is still missing."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            wanted = reverse("admin:index")
        user = request.user
        if not user.is_authenticated:
            return HttpResponseRedirect(f"/signin?{urlencode({'next': wanted})}")
        if not user.is_staff:
            return TemplateResponse(request, "panel/no_operator.html", {}, status=403)
        if not get_adapter().is_mfa_enabled(user):
            return TemplateResponse(request, "panel/enrol.html", {}, status=403)
        if not has_second_factor(request):
            return HttpResponseRedirect(f"/second-step?{urlencode({'next': wanted})}")
        return HttpResponseRedirect(wanted)
