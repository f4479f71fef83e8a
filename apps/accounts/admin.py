"""People and workspaces in the operator's rooms."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest

from apps.common.looking import ReadOnlyAdmin

from .models import ApiKey, Membership, User, Workspace


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    ordering = ("-date_joined",)
    list_display = ("email", "language", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email",)
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "language")}),
        ("권한", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("시각", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "id", "created_at")
    search_fields = ("name", "id", "memberships__user__email")
    ordering = ("-created_at",)
    inlines: ClassVar = [MembershipInline]

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        """A customer is erased by its own verb, which clears storage and leaves a receipt."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "workspace", "user", "last_used_at", "revoked_at")
    search_fields = ("prefix", "name", "workspace__name", "user__email")
    list_select_related = ("workspace", "user")
