import json

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .looking import ReadOnlyAdmin
from .models import Change, Erasure


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    """To see what storage does not let go of."""

    list_display = ("key", "tries", "not_before", "created_at")
    ordering = ("not_before",)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The change log: who, what, before, after."""

    list_display = ("at", "who", "verb", "what", "name", "reason")
    list_filter = ("verb", "what")
    search_fields = ("who", "row", "name", "reason")
    date_hierarchy = "at"
    readonly_fields = ("old", "new")
    fields = ("at", "who", "verb", "what", "row", "name", "reason", "old", "new")

    @admin.display(description="이전 (before)")
    def old(self, change: Change) -> SafeString:
        return _pretty(change.before)

    @admin.display(description="이후 (after)")
    def new(self, change: Change) -> SafeString:
        return _pretty(change.after)


def _pretty(values: object) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(values, ensure_ascii=False, indent=1))
