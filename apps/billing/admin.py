from django.contrib import admin

from apps.common.looking import ReadOnlyAdmin

from .models import Balance, Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """The ledger is read-only, here as everywhere."""

    list_display = ("created_at", "workspace", "kind", "amount", "held", "job_id", "memo")
    list_filter = ("kind",)
    search_fields = ("workspace__name", "job_id", "idempotency_key")
    list_select_related = ("workspace",)


@admin.register(Balance)
class BalanceAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "available", "reserved", "updated_at")
    search_fields = ("workspace__name",)
    list_select_related = ("workspace",)
