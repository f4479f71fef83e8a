"""People and the workspaces that own everything."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from apps.common.models import Owned

from .legal import IN_FORCE, Document


class Language(models.TextChoices):
    KO = "ko", "한국어"
    EN = "en", "English"


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is the login and is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address.

    ``name`` is what they want to be called; empty where they never said.
    ``mails_trainings``: whether a mail comes when a training that the person started has ended.
    """

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("이메일", unique=True)
    name = models.CharField("이름", max_length=60, blank=True, default="")
    language = models.CharField("언어", max_length=2, choices=Language.choices, default=Language.KO)
    mails_trainings = models.BooleanField("학습 완료 메일", default=True)
    is_active = models.BooleanField("활성", default=True)
    is_staff = models.BooleanField("운영자", default=False)
    date_joined = models.DateTimeField("가입일", auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = "사용자"
        verbose_name_plural = "사용자"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_ignoring_case")
        ]

    def __str__(self) -> str:
        return self.email


class Workspace(models.Model):
    """Owns files, voices, jobs and credits; shared by its members.

    While it is suspended its members can look at and fetch everything, but change nothing; they
    can leave it, and its owner can export and erase it. Of an erased one only its row is left,
    without a name, so that the ledger has something to stand on.
    """

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("이름", max_length=100)
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)
    suspended_at = models.DateTimeField("정지 시각", null=True, blank=True, editable=False)
    erased_at = models.DateTimeField("지운 시각", null=True, blank=True, editable=False)
    members = models.ManyToManyField(
        User, verbose_name="멤버", through="Membership", related_name="workspaces", editable=False
    )

    class Meta:
        verbose_name = "워크스페이스"
        verbose_name_plural = "워크스페이스"

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner", "소유자"
    MEMBER = "member", "멤버"


class Membership(models.Model):
    """One person's place in one workspace."""

    user = models.ForeignKey(
        User, verbose_name="사람", on_delete=models.CASCADE, related_name="memberships"
    )
    workspace = models.ForeignKey(
        Workspace, verbose_name="워크스페이스", on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField("역할", max_length=10, choices=Role.choices, default=Role.MEMBER)
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)

    class Meta:
        verbose_name = "멤버"
        verbose_name_plural = "멤버"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "workspace"], name="membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.workspace} ({self.role})"


class Acceptance(models.Model):
    """That a person accepted a version of a document, and when."""

    user = models.ForeignKey(
        User, verbose_name="사람", on_delete=models.CASCADE, related_name="acceptances"
    )
    document = models.CharField(
        "문서", max_length=10, choices=[(d.value, IN_FORCE[d].title.ko) for d in Document]
    )
    version = models.CharField("판", max_length=20)
    accepted_at = models.DateTimeField("동의한 시각", auto_now_add=True)

    class Meta:
        verbose_name = "약관 동의"
        verbose_name_plural = "약관 동의"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "document", "version"], name="acceptance_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.document} {self.version}"


class ApiKey(Owned):
    """What a program signs in with, for one workspace, in the name of who made it.

    The key itself is shown once: ``digest`` is its SHA-256, ``prefix`` the part that tells keys
    apart. ``scopes`` are those of ``scopes``; ``last_used_at`` is exact to a minute.
    """

    user = models.ForeignKey(
        User, verbose_name="사람", on_delete=models.CASCADE, related_name="api_keys"
    )
    name = models.CharField("이름", max_length=100)
    prefix = models.CharField("앞부분", max_length=16)
    digest = models.CharField("지문", max_length=64, unique=True, editable=False)
    scopes = models.JSONField("권한")
    expires_at = models.DateTimeField("만료", null=True, blank=True)
    last_used_at = models.DateTimeField("마지막 사용", null=True, blank=True)
    revoked_at = models.DateTimeField("폐기", null=True, blank=True)

    class Meta:
        verbose_name = "API 키"
        verbose_name_plural = "API 키"

    def __str__(self) -> str:
        return f"{self.prefix} · {self.name}"


class Invitation(Owned):
    """Asks whoever reads the mail of ``email`` into the workspace; open until one of its ends.

    The token of its link is in the mail alone: ``digest`` is its SHA-256.
    """

    email = models.EmailField("이메일")
    role = models.CharField("역할", max_length=10, choices=Role.choices, default=Role.MEMBER)
    digest = models.CharField("토큰 지문", max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, verbose_name="초대한 사람", on_delete=models.CASCADE, related_name="+"
    )
    sent_at = models.DateTimeField("보낸 시각")
    expires_at = models.DateTimeField("만료")
    accepted_at = models.DateTimeField("수락", null=True, blank=True)
    accepted_by = models.ForeignKey(
        User,
        verbose_name="받아들인 사람",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    revoked_at = models.DateTimeField("취소", null=True, blank=True)

    class Meta:
        verbose_name = "초대"
        verbose_name_plural = "초대"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"
