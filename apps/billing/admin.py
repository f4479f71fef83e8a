"""Money in the operator's rooms: all to be read; credits adjusted and purchases refunded by forms
that ask for a reason."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from apps.common import audit
from apps.common.looking import ReadOnlyAdmin

from . import refunds, services
from .models import Balance, Entry, ProviderEvent, Purchase, Refund, Subscription


class AdjustForm(forms.Form):
    credits = forms.IntegerField(
        label="크레딧 (credits, -: 회수)", widget=UnfoldAdminTextInputWidget
    )
    reason = forms.CharField(
        label="사유 (reason)", max_length=150, widget=UnfoldAdminTextInputWidget
    )


class RefundForm(forms.Form):
    credits = forms.IntegerField(
        label="환불할 크레딧 (credits)", min_value=1, widget=UnfoldAdminTextInputWidget
    )
    reason = forms.CharField(
        label="사유 (reason)", max_length=150, widget=UnfoldAdminTextInputWidget
    )
    as_debt = forms.BooleanField(
        label="이미 쓴 크레딧은 빚으로 (spent credits are owed)",
        required=False,
        widget=UnfoldBooleanWidget,
    )


class _FormAdmin(ReadOnlyAdmin):
    """A read-only page with one form beside it, for superusers and those who may change the row."""

    action: str
    title: str

    def get_urls(self) -> list[URLPattern]:
        name = f"billing_{self.opts.model_name}_{self.action}"
        view = self.admin_site.admin_view(self.act)
        return [path(f"<path:pk>/{self.action}/", view, name=name), *super().get_urls()]

    @admin.display(description="")
    def link(self, row: Any) -> str:
        page = reverse(f"admin:billing_{self.opts.model_name}_{self.action}", args=[row.pk])
        return format_html('<a href="{}">{}</a>', page, self.title)

    def act(self, request: HttpRequest, pk: str) -> HttpResponse:
        if not request.user.has_perm(f"billing.change_{self.opts.model_name}"):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        form = self.form_of(request)
        if request.method == "POST" and form.is_valid():
            before = audit.snapshot(row)
            problem = self.do(request, row, form)
            if not problem:
                reason = form.cleaned_data["reason"]
                audit.record(request, self.action, row, before, audit.snapshot(row), reason)
                return HttpResponseRedirect(
                    reverse(f"admin:billing_{self.opts.model_name}_changelist")
                )
            form.add_error(None, problem)
        context = self.admin_site.each_context(request) | {
            "title": f"{self.title}: {self.summary(row)}",
            "verb": self.title,
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/billing/form.html", context)

    def form_of(self, request: HttpRequest) -> forms.Form:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: Any, form: forms.Form) -> str:
        """Why it can't be done; "" once it is."""
        raise NotImplementedError

    def summary(self, row: Any) -> str:
        raise NotImplementedError


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger is read-only, here as everywhere."""

    list_display = ("created_at", "workspace", "kind", "amount", "held", "owed", "job_id", "memo")
    list_filter = ("kind",)
    search_fields = ("workspace__name", "job_id", "idempotency_key")
    list_select_related = ("workspace",)


@admin.register(Balance)
class BalanceAdmin(_FormAdmin):
    list_display = ("workspace", "available", "reserved", "owed", "updated_at", "link")
    search_fields = ("workspace__name",)
    list_select_related = ("workspace",)
    action = "adjust"
    title = "크레딧 조정 (adjust)"

    def form_of(self, request: HttpRequest) -> forms.Form:
        return AdjustForm(request.POST or None)

    def do(self, request: HttpRequest, row: Balance, form: forms.Form) -> str:
        given = form.cleaned_data
        memo = f"{given['reason']} ({request.user})"[:200]
        try:
            services.adjust(
                row.workspace_id, given["credits"], key=f"adjust:{uuid.uuid4()}", memo=memo
            )
        except services.NotEnoughCredits:
            return f"{row.available} 크레딧만 남아 있습니다. (only {row.available} are available)"
        self.message_user(request, f"{given['credits']:+d}", messages.SUCCESS)
        return ""

    def summary(self, row: Balance) -> str:
        return f"{row.workspace}, {row.available} (+{row.reserved})"


@admin.register(Purchase)
class PurchaseAdmin(_FormAdmin):
    list_display = (
        "created_at",
        "workspace",
        "item",
        "amount",
        "currency",
        "credits",
        "refunded",
        "state",
        "link",
    )
    list_filter = ("state", "item", "currency")
    search_fields = ("workspace__name", "payment_ref", "invoice_ref", "session_ref")
    list_select_related = ("workspace",)
    action = "refund"
    title = "환불 (refund)"

    def form_of(self, request: HttpRequest) -> forms.Form:
        return RefundForm(request.POST or None)

    def do(self, request: HttpRequest, row: Purchase, form: forms.Form) -> str:
        given = form.cleaned_data
        try:
            made = refunds.refund(row.id, operator=str(request.user), **given)
        except refunds.NotRefundable as error:
            return f"환불할 수 없습니다. ({error})"
        except services.NotEnoughCredits:
            return "남은 크레딧이 부족합니다. 빚으로 남기려면 아래를 고르세요. (tick as_debt)"
        self.message_user(request, f"{made.amount} {row.currency}: {made.state}", messages.SUCCESS)
        return ""

    def summary(self, row: Purchase) -> str:
        left = row.credits - row.refunded
        return f"{row.workspace}, {row.item}, {row.amount} {row.currency}, {left} credits"


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "plan", "standing", "period_end", "grace_until", "ends")
    list_filter = ("plan", "standing")
    search_fields = ("workspace__name", "customer_ref", "subscription_ref")
    list_select_related = ("workspace",)


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "workspace",
        "purchase",
        "credits",
        "owed",
        "amount",
        "state",
        "operator",
        "reason",
    )
    list_filter = ("state",)
    list_select_related = ("workspace", "purchase")


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "type", "object_ref", "done_at", "tries", "error")
    list_filter = ("type",)
    search_fields = ("id", "object_ref")
