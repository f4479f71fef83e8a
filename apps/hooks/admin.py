from django.contrib import admin

from apps.common.looking import ReadOnlyAdmin

from .models import Delivery, Endpoint, Mail


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = ("url", "workspace", "is_enabled", "disabled_code", "failing_since")
    list_filter = ("is_enabled", "disabled_code")
    search_fields = ("url", "workspace__name")
    list_select_related = ("workspace",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "event", "endpoint", "state", "tries", "next_at")
    list_filter = ("state", "event__kind")
    search_fields = ("endpoint__url", "workspace__name")
    list_select_related = ("event", "endpoint")


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "user", "kind", "sent_at", "tries")
    list_filter = ("kind",)
    search_fields = ("user__email", "workspace__name")
    list_select_related = ("user",)
