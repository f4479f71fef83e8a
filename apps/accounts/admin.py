"""People and workspaces in the operator's rooms."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.common import audit
from apps.common.looking import OperatorAdmin, ReadOnlyAdmin, Verb

from . import services
from .models import ApiKey, Membership, User, Workspace

admin.site.unregister(Group)  # rights are is_staff and is_superuser alone


@admin.register(User)
class UserAdmin(DjangoUserAdmin, OperatorAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("-date_joined",)
    list_display = ("email", "language", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "id", "memberships__workspace__name")
    readonly_fields = ("date_joined", "last_login")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "language")}),
        ("권한", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("시각", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A person is erased by a verb, which leaves a receipt."""
        return False

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Django's page, which saves past the forms that the change log hears of."""
        row = self.get_object(request, id)
        before = audit.snapshot(row) if row is not None else {}
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        if row is not None:
            audit.record(request, "change", row, before, audit.snapshot(row))
        return answer


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(OperatorAdmin):
    list_display = ("name", "id", "created_at", "suspended_at", "erased_at")
    list_filter = (
        ("suspended_at", admin.EmptyFieldListFilter),
        ("erased_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "id", "memberships__user__email")
    readonly_fields = ("id", "created_at", "suspended_at", "erased_at")
    ordering = ("-created_at",)
    inlines: ClassVar = [MembershipInline]
    verbs = (
        Verb(
            "suspend",
            "정지 (suspend)",
            "멤버는 보고 내려받기만 할 수 있고, 이미 시작한 작업은 계속됩니다. "
            "(Members can only look and download; jobs that were started go on.)",
            lambda row, _: services.suspend(row.pk),
            lambda row: row.suspended_at is None and row.erased_at is None,
        ),
        Verb(
            "resume",
            "정지 해제 (resume)",
            "멤버가 다시 모든 일을 할 수 있습니다. (Members can do everything again.)",
            lambda row, _: services.resume(row.pk),
            lambda row: row.suspended_at is not None and row.erased_at is None,
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Workspace | None = None) -> bool:
        """A customer is erased by its own verb, which clears storage and leaves a receipt."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "workspace", "user", "last_used_at", "revoked_at")
    search_fields = ("prefix", "name", "workspace__name", "user__email")
    list_select_related = ("workspace", "user")
