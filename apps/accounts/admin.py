"""People and workspaces in the operator's rooms."""

from typing import Any, ClassVar

from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from apps.common import audit
from apps.common.looking import OperatorAdmin, ReadOnlyAdmin, ReasonForm, Verb
from apps.common.sections import Link, Section

from . import factors, keys, members, services
from .models import ApiKey, Invitation, Membership, Role, User, Workspace


class FactorForm(ReasonForm):
    factor = forms.ChoiceField(
        label="없앨 수단 (factor)",
        choices=[("", "모두 (all of them)"), *factors.NAMES.items()],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class PersonForm(UserChangeForm):
    """Somebody always stays who can open the panel."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stays = all(cleaned.get(name) for name in ("is_active", "is_staff", "is_superuser"))
        if not stays and factors.is_last_operator(self.instance):
            raise forms.ValidationError(
                "한 명뿐인 운영자라 권한을 해제하거나 비활성화할 수 없습니다. 다른 사람을 먼저 "
                "운영자로 정하고 2단계 인증을 등록하게 해 주세요. (This is the last operator: "
                "first make somebody else one, with a second factor.)",
                "last-operator",
            )
        return cleaned


@admin.register(User)
class UserAdmin(DjangoUserAdmin, OperatorAdmin):  # type: ignore[type-arg]
    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("-date_joined",)
    list_display = (
        "email",
        "name",
        "language",
        "is_active",
        "is_staff",
        "date_joined",
        "last_login",
    )
    list_filter = ("is_active", "is_staff", "language")
    search_fields = ("email", "name", "id", "memberships__workspace__name")
    readonly_fields = ("date_joined", "last_login")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "language")}),
        ("권한", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("시각", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)

    verbs = (
        Verb(
            "take_factor",
            "2단계 인증 해제 (take away a second factor)",
            "잃어버린 인증 수단을 없앱니다. 본인 확인을 먼저 해 주세요. 당사자에게 메일이 갑니다. "
            "(Takes away a factor that was lost. Make sure who asks; the person is mailed.)",
            lambda row, asked: factors.take_away(row, asked.given["factor"]),
            factors.has_any,
            FactorForm,
        ),
        Verb(
            "sign_out",
            "모든 기기에서 로그아웃 (sign out everywhere)",
            "이 사람의 모든 브라우저를 로그아웃합니다. (Ends every session of this person.)",
            lambda row, _: services.end_sessions(row),
            lambda row: UserSession.objects.filter(user=row).exists(),
        ),
    )

    def picture(self, row: User) -> audit.Snapshot:
        return super().picture(row) | {"factors": factors.names_of(row)}

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


class MembershipFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Members of a workspace, of whom one owner stays."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.initial_forms if form not in self.deleted_forms]
        rows = [form for form in [*kept, *self.extra_forms] if form.cleaned_data.get("user")]
        is_owned = any(form.cleaned_data["role"] == Role.OWNER for form in rows)
        if self.initial_forms and not is_owned:
            said = members.LAST_OWNER.message
            raise forms.ValidationError(f"{said.ko} ({said.en})")


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row stays its person's: only the role changes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].disabled = self.instance.pk is not None


class MembershipInline(TabularInline):
    model = Membership
    form = MembershipForm
    formset = MembershipFormSet
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
            "멤버는 보고 내려받기만 할 수 있습니다. 실행 중인 작업은 끝까지 가고, 대기 중인 작업은 "
            "해제할 때까지 멈춥니다. (Members can only look and download; running jobs end, "
            "queued ones are held until it is resumed.)",
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

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """What the members' own verbs do beside the row follows here too."""
        super().save_formset(request, form, formset, change)
        if formset.model is Membership:
            for gone in formset.deleted_objects:
                members.let_go(form.instance, gone.user)
            for row, names in formset.changed_objects:
                if "role" in names and row.role != Role.OWNER:
                    members.forget_invitations(form.instance.pk, row.user_id)
            members.tell(form.instance.pk)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "workspace", "user", "last_used_at", "revoked_at")
    search_fields = ("prefix", "name", "workspace__name", "user__email")
    list_select_related = ("workspace", "user")
    verbs = (
        Verb(
            "revoke",
            "폐기 (revoke)",
            "이 키로는 더 들어올 수 없습니다. 되돌릴 수 없습니다. "
            "(The key opens nothing any more; this can't be undone.)",
            lambda row, _: keys.revoke(row),
            lambda row: row.revoked_at is None,
        ),
    )


@UserAdmin.shows
def _factors(user: User) -> Section:
    columns = ("수단", "이름", "등록", "마지막 사용")
    rows = [
        (each.kind, each.name, f"{each.since:%F %T}", f"{each.used:%F %T}" if each.used else "–")
        for each in factors.of(user)
    ]
    empty = "등록한 2단계 인증이 없습니다."
    return Section("2단계 인증 (second factors)", (), columns, rows, empty=empty)


@UserAdmin.shows
def _sessions(user: User) -> Section:
    columns = ("마지막 사용", "로그인", "IP", "브라우저")
    found = UserSession.objects.filter(user=user).order_by("-last_seen_at")
    rows = [
        (f"{each.last_seen_at:%F %T}", f"{each.created_at:%F %T}", each.ip, each.user_agent[:80])
        for each in found
    ]
    return Section("로그인한 기기 (sessions)", (), columns, rows, empty="로그인한 기기가 없습니다.")


@UserAdmin.shows
def _places(user: User) -> Section:
    found = user.memberships.select_related("workspace").order_by("created_at")
    rows = [
        (Link(each.workspace.name, _page("workspace", each.workspace_id)), each.get_role_display())
        for each in found
    ]
    columns = ("워크스페이스", "역할")
    return Section("워크스페이스 (workspaces)", (), columns, rows, empty="속한 곳이 없습니다.")


@UserAdmin.shows
def _acceptances(user: User) -> Section:
    columns = ("문서", "판", "동의한 시각")
    rows = [
        (each.get_document_display(), each.version, f"{each.accepted_at:%F %T}")
        for each in user.acceptances.order_by("-accepted_at")
    ]
    return Section("약관 동의 (acceptances)", (), columns, rows, empty="동의한 기록이 없습니다.")


@WorkspaceAdmin.shows
def _members(workspace: Workspace) -> Section:
    found = workspace.memberships.select_related("user").order_by("created_at")
    rows = [
        (
            Link(each.user.email, _page("user", each.user_id)),
            each.get_role_display(),
            f"{each.user.last_login:%F %T}" if each.user.last_login else "–",
        )
        for each in found
    ]
    columns = ("사람", "역할", "마지막 로그인")
    return Section("멤버 (members)", (), columns, rows, empty="멤버가 없습니다.")


def _page(model: str, pk: Any) -> str:
    return reverse(f"admin:accounts_{model}_change", args=[pk])


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "workspace", "role", "sent_at", "expires_at", "accepted_at")
    search_fields = ("email", "workspace__name", "invited_by__email")
    list_select_related = ("workspace",)
