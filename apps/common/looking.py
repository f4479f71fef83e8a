"""What the operator's pages share: every change is written down, verbs ask for a reason."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from . import audit
from .errors import ApiError
from .sections import Section


class ReasonForm(forms.Form):
    """Every verb asks why; some ask more."""

    reason = forms.CharField(
        label="사유 (reason)", max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


@dataclass(frozen=True)
class Asked:
    """What an operator answered to a verb's form."""

    request: HttpRequest
    reason: str
    given: dict[str, Any]

    @property
    def who(self) -> str:
        return str(self.request.user)


@dataclass(frozen=True)
class Verb:
    """Something that an operator does to a row: a button, a page that asks why, one call.

    ``may`` says whether it makes sense now, ``act`` does it or raises ApiError; a text from it is
    what still has to happen. What calls others
    between two commits of its own is not ``is_atomic``: its line in the log follows it. ``typed``
    is what has to be typed before it is done, where it can't be undone. ``then`` is the page that
    shows what came of it.
    """

    name: str
    title: str
    warning: str
    act: Callable[[Any, Asked], object]
    may: Callable[[Any], bool]
    form: type[ReasonForm] = ReasonForm
    is_atomic: bool = True
    typed: Callable[[Any], str] | None = None
    then: Callable[[Any], str] | None = None


_offered: dict[type[models.Model], list[Verb]] = {}


def offer(model: type[models.Model], verb: Verb) -> None:
    """A verb from an app further right, on a page that knows nothing of it."""
    _offered.setdefault(model, []).append(verb)


class TypedForm(ReasonForm):
    """A reason, and the name of what it is about, typed."""

    typed = forms.CharField(
        label="확인 (confirmation)",
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, wanted: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wanted = wanted

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed != self._wanted:
            raise forms.ValidationError(
                "같지 않습니다. 그대로 입력해 주세요. (This is not the same. Type it as shown.)"
            )
        return typed


class OperatorAdmin(ModelAdmin):
    """A page of the operator's panel. What its forms and verbs change is kept in the change log.

    Apps that know more of a row than its own add to ``sections`` of the page by ``shows``.
    """

    verbs: tuple[Verb, ...] = ()
    sections: ClassVar[tuple[Callable[[Any], Section], ...]] = ()
    change_form_outer_before_template = "operator/above.html"
    refreshes_s = 5
    """How often the page of a row on which something goes on is loaded again."""
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = False
    show_full_result_count = False

    # -- the change log ----------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.before_change = audit.snapshot(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the row itself and what hangs on it, so that both are in the log."""
        super().save_related(request, form, formsets, change)
        row = form.instance
        before = getattr(row, "before_change", {})
        audit.record(request, "change" if change else "add", row, before, audit.snapshot(row))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        stored = {
            each.instance.pk: audit.snapshot(each.instance)
            for each in formset.forms
            if each.has_changed() and each.instance.pk
        }
        for each in formset.deleted_forms:
            if each.instance.pk:
                self._note_deleted(request, each.instance)
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            audit.record(request, "add", row, {}, audit.snapshot(row))
        for row, _ in formset.changed_objects:
            audit.record(request, "change", row, stored.get(row.pk, {}), audit.snapshot(row))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._note_deleted(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        for row in queryset:
            self._note_deleted(request, row)
        super().delete_queryset(request, queryset)

    def _note_deleted(self, request: HttpRequest, row: models.Model) -> None:
        audit.record(request, "delete", row, audit.snapshot(row), {})

    # -- sections ----------------------------------------------------------------------------

    @classmethod
    def shows(cls, section: Callable[[Any], Section]) -> Callable[[Any], Section]:
        """Decorates a function that reads a section of this page from its row."""
        cls.sections = (*cls.sections, section)
        return section

    # -- verbs -------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:pk>/{verb.name}/",
                self.admin_site.admin_view(partial(self._verb_page, verb=verb)),
                name=self._address(verb),
            )
            for verb in self.all_verbs()
        ]
        return [*pages, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        verbs = self.all_verbs()
        offered = [
            (verb, reverse(f"admin:{self._address(verb)}", args=[object_id]))
            for verb in verbs
            if row is not None and verb.may(row) and self.may_act(request)
        ]
        read = [] if row is None else [section(row) for section in self.sections]
        more = {} if row is None else self.more_of(row)
        context = {"verbs": offered, "sections": read, **more, **(extra_context or {})}
        shown: HttpResponse = super().change_view(request, object_id, form_url, context)
        if row is not None and self.goes_on(row):
            shown["Refresh"] = str(self.refreshes_s)
        return shown

    def more_of(self, row: Any) -> dict[str, Any]:
        """What a template of the page's own shows of a row."""
        return {}

    def goes_on(self, row: Any) -> bool:
        """Whether the page changes by itself, so that it has to be loaded again."""
        return False

    def all_verbs(self) -> tuple[Verb, ...]:
        """Its own, and those that apps further right offer."""
        return (*self.verbs, *_offered.get(self.model, ()))

    def may_act(self, request: HttpRequest) -> bool:
        """Verbs ask for the right to change the row, also where its fields are read-only."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def _address(self, verb: Verb) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}"

    def _verb_page(self, request: HttpRequest, pk: str, verb: Verb) -> HttpResponse:
        if not self.may_act(request):
            raise PermissionDenied
        row = self.get_object(request, pk)
        if row is None:
            raise Http404(pk)
        wanted = verb.typed(row) if verb.typed else ""
        data = request.POST or None
        form = TypedForm(wanted, data) if verb.typed else verb.form(data)
        if request.method == "POST" and form.is_valid():
            try:
                said = self._act(verb, row, self._asked(request, form))
            except ApiError as error:
                form.add_error(None, f"{error.message.ko} / {error.message.en}")
            else:
                level = messages.WARNING if said else messages.SUCCESS
                self.message_user(request, said or f"{verb.title}: {row}", level)
                page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
                return HttpResponseRedirect(
                    verb.then(row) if verb.then else reverse(page, args=[pk])
                )
        context = self.admin_site.each_context(request) | {
            "title": f"{verb.title}: {row}",
            "verb": verb,
            "form": form,
            "wanted": wanted,
            "opts": self.opts,
            "row": row,
        }
        return TemplateResponse(request, "operator/verb.html", context)

    @staticmethod
    def _asked(request: HttpRequest, form: ReasonForm) -> Asked:
        given = dict(form.cleaned_data)
        return Asked(request, given.pop("reason"), given)

    def _act(self, verb: Verb, row: Any, asked: Asked) -> str:
        """The verb and its line in the log, both or neither; what it says of an open end."""
        with transaction.atomic() if verb.is_atomic else nullcontext():
            before = self.picture(row)
            said = verb.act(row, asked)
            audit.record(asked.request, verb.name, row, before, self.picture(row), asked.reason)
        return said if isinstance(said, str) else ""

    def picture(self, row: Any) -> audit.Snapshot:
        """What the change log compares before and after a verb."""
        return audit.snapshot(row)


class ReadOnlyAdmin(OperatorAdmin):
    """Rows that only the program itself may change: no form adds, changes or deletes them."""

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows of another one, to look at."""

    extra = 0
    can_delete = False
    show_change_link: ClassVar[bool] = False

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
