"""The operator's page of models: what is there, whose it is, and downloads of published weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from apps.common import audit
from apps.common.errors import ApiError
from apps.common.looking import ReadOnlyAdmin
from gpu_worker.contract.errors import Text
from gpu_worker.contract.weights import Entry, Presence, read_manifest

from . import backends, tasks, weights
from .compute_models import ModelWeights
from .problems import text_of
from .states import FETCH_LIVE, FetchState

_LOOKING_S = 30
_HELD = {
    Presence.PRESENT: ("well", Text("있음", "present")),
    Presence.MISSING: ("none", Text("없음", "missing")),
    Presence.DIFFERS: ("bad", Text("체크섬이 다름", "wrong checksum")),
}
_NOT_YET = ("none", Text("확인하는 중", "being looked at"))
_UNKNOWN = ("none", Text("확인할 수 없음", "could not be looked at"))
_BAKED = ("none", Text("이미지 안", "in the workers' image"))
_STATES = {
    FetchState.WANTED: Text("곧 시작합니다", "about to start"),
    FetchState.RUNNING: Text("받는 중", "downloading"),
    FetchState.CANCELLING: Text("취소하는 중", "being cancelled"),
    FetchState.CANCELLED: Text(
        "취소했습니다. 다시 받으면 이어집니다.", "Cancelled. Download again: it goes on there."
    ),
}


@dataclass(frozen=True)
class Line:
    """One entry of the manifest as the page shows it."""

    entry: Entry
    row: ModelWeights
    light: str
    held: Text
    is_offered: bool

    @property
    def is_live(self) -> bool:
        return self.row.state in FETCH_LIVE

    @property
    def can_be_cancelled(self) -> bool:
        return self.row.state in (FetchState.WANTED, FetchState.RUNNING)

    @property
    def can_be_fetched(self) -> bool:
        """Not while nobody knows whether it is there already."""
        is_known = self.row.looked_at is not None or self.row.state != FetchState.IDLE
        is_there = self.row.presence == Presence.PRESENT
        return self.is_offered and is_known and not self.is_live and not is_there

    @property
    def state(self) -> Text | None:
        """How the download is, where that is worth a sentence."""
        if self.row.presence == Presence.PRESENT and not self.is_live:
            return None
        if self.row.state == FetchState.FAILED:
            return text_of(self.row.code)
        return _STATES.get(FetchState(self.row.state))

    @property
    def has_failed(self) -> bool:
        return self.row.state == FetchState.FAILED

    @property
    def pin(self) -> str:
        """What the file is held to."""
        if self.entry.sha256:
            return f"sha256 {self.entry.sha256[:12]}…"
        return f"sha256 {self.entry.sha256_prefix}… (앞자리만 · first digits only)"

    @property
    def has_unclear_licence(self) -> bool:
        return self.entry.licence.startswith("unclear")

    @property
    def done_mb(self) -> float:
        return self.row.done_bytes / 1e6

    @property
    def total_mb(self) -> float | None:
        return None if self.row.total_bytes is None else self.row.total_bytes / 1e6

    @property
    def percent(self) -> int | None:
        """How much of the download is there; None where the host did not say how long it is."""
        total = self.row.total_bytes
        return 100 * self.row.done_bytes // total if total else None

    @property
    def size_mb(self) -> float | None:
        """Of what lies there, else of what the host announced."""
        size = self.row.size or self.row.total_bytes
        return size / 1e6 if size else None


def lines() -> list[Line]:
    """The whole manifest, in its order."""
    rows = ModelWeights.objects.in_bulk()
    return [_line(entry, rows) for entry in read_manifest().values()]


def _line(entry: Entry, rows: Mapping[str, ModelWeights]) -> Line:
    row = rows.get(entry.name) or ModelWeights(name=entry.name)
    is_here = backends.downloads() is not None
    if not is_here:
        light, held = _BAKED
    elif row.presence:
        light, held = _HELD[Presence(row.presence)]
    else:
        light, held = _UNKNOWN if row.looked_at else _NOT_YET
    return Line(entry, row, light, held, is_offered=is_here and entry.url is not None)


Act = Callable[[HttpRequest, str], Text]


@admin.register(ModelWeights)
class ModelWeightsAdmin(ReadOnlyAdmin):
    """Nothing is edited here: the page is its list, with buttons."""

    def get_urls(self) -> list[URLPattern]:
        def button(address: str, act: Act, name: str) -> URLPattern:
            view = self.admin_site.admin_view(require_POST(self._acting(act, name)))
            page: URLPattern = path(address, view, name=f"jobs_modelweights_{name}")
            return page

        buttons = [
            button("<str:name>/download/", _download, "download"),
            button("<str:name>/cancel/", _cancel, "cancel"),
            button("look/", _look, "look"),
        ]
        return [*buttons, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if weights.is_due():
            _ask_to_look()
        shown = lines()
        context = {
            **self.admin_site.each_context(request),
            "title": "모델 · Models",
            "published": [line for line in shown if line.entry.url],
            "packaged": [line for line in shown if not line.entry.url],
            "is_local": backends.downloads() is not None,
            "is_live": any(line.is_live for line in shown) or weights.is_due(),
            "can_act": self.may_act(request),
            "looked_at": max(
                (line.row.looked_at for line in shown if line.row.looked_at), default=None
            ),
        }
        return TemplateResponse(request, "admin/jobs/modelweights/change_list.html", context)

    def may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_modelweights")

    def _acting(self, act: Act, verb: str) -> Callable[..., HttpResponse]:
        """The button's view; what it changed of the row is in the change log."""

        def view(request: HttpRequest, name: str = "") -> HttpResponse:
            if not self.may_act(request):
                raise PermissionDenied
            if backends.downloads() is None:
                raise Http404("no local workers")
            row = ModelWeights(name=name)
            before = audit.snapshot(row)
            text = act(request, name)
            audit.record(request, verb, row, before, audit.snapshot(row))
            self.message_user(request, f"{text.ko} / {text.en}", messages.INFO)
            return HttpResponseRedirect(reverse("admin:jobs_modelweights_changelist"))

        return view


def _download(request: HttpRequest, name: str) -> Text:
    fetches = backends.downloads()
    assert fetches is not None
    try:
        is_new = weights.ask(name, fetches)
    except ApiError as error:
        raise Http404(name) from error
    tasks.follow_fetches.delay()
    if is_new:
        return Text(f"내려받기를 시작합니다: {name}", f"The download of {name} begins.")
    return Text(f"이미 받는 중입니다: {name}", f"{name} is being downloaded already.")


def _cancel(request: HttpRequest, name: str) -> Text:
    if not weights.cancel(name):
        return Text(f"받는 중이 아닙니다: {name}", f"{name} is not being downloaded.")
    tasks.follow_fetches.delay()
    return Text(
        f"취소합니다. 받은 만큼은 남습니다: {name}",
        f"{name} is being cancelled. What has come is kept.",
    )


def _look(request: HttpRequest, name: str) -> Text:
    cache.delete(_LOOKING)
    _ask_to_look()
    return Text("파일을 다시 확인합니다.", "The files are looked at again.")


_LOOKING = "look-at-weights"


def _ask_to_look() -> None:
    """Once, however often the page is loaded meanwhile."""
    if backends.downloads() is not None and cache.add(_LOOKING, True, _LOOKING_S):
        tasks.look_at_weights.delay()
