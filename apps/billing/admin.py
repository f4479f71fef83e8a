from django.contrib import admin

from .models import Balance, Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The ledger is read-only, here as everywhere."""

    list_display = ("created_at", "workspace", "kind", "amount", "held", "job_id", "memo")
    list_filter = ("kind",)
    search_fields = ("workspace__name", "job_id", "idempotency_key")
    list_select_related = ("workspace",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Balance)
class BalanceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("workspace", "available", "reserved", "updated_at")
    search_fields = ("workspace__name",)
    list_select_related = ("workspace",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
