"""What every owned row has, what is still to be erased from storage, and answers already given."""

import uuid
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

_Row = TypeVar("_Row", bound="Owned", covariant=True)


class OwnedQuerySet(models.QuerySet[_Row, _Row]):
    """Rows that belong to workspaces; APIs start every look-up from ``for_workspace``."""

    def for_workspace(self, workspace: Any) -> Self:
        """Rows of one workspace (an ``accounts.Workspace`` or its id)."""
        return self.filter(workspace=workspace)


class Owned(models.Model):
    """A row of one workspace. ``updated_at`` follows ``save()``, not ``QuerySet.update()``."""

    id = models.UUIDField("ID", primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace",
        verbose_name="워크스페이스",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField("만든 시각", auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField("바뀐 시각", auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


class Erasure(models.Model):
    """An object that nobody owns any more and that storage still has to let go of.

    ``not_before`` is when to try, later after each try that failed.
    """

    id = models.BigAutoField("ID", primary_key=True)
    key = models.CharField("객체 키", max_length=500)
    upload_id = models.CharField("업로드 ID", max_length=1024, blank=True)
    tries = models.PositiveIntegerField("시도 횟수", default=0)
    not_before = models.DateTimeField("다시 할 시각", db_index=True)
    created_at = models.DateTimeField("만든 시각", auto_now_add=True)

    class Meta:
        verbose_name = "지울 객체"
        verbose_name_plural = "지울 객체"

    def __str__(self) -> str:
        return self.key


class KeptAnswer(Owned):
    """What a POST with an idempotency key was answered, sealed; ``actor`` is who sent it.

    ``status`` is null while the request is at work, which only its own transaction can see.
    """

    actor = models.CharField("보낸 이", max_length=50)
    key = models.CharField("키", max_length=120)
    fingerprint = models.CharField("내용 지문", max_length=64)
    status = models.PositiveSmallIntegerField("응답 상태", null=True)
    sealed_body = models.TextField("봉인한 답", blank=True)

    class Meta:
        verbose_name = "보관한 답"
        verbose_name_plural = "보관한 답"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "actor", "key"], name="answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"


class OutboxEvent(Owned):
    """Something that happened in a workspace; ``handled_at`` is when deliveries were made of it."""

    kind = models.CharField("이벤트", max_length=40)
    data = models.JSONField("내용")
    handled_at = models.DateTimeField("처리한 시각", null=True, blank=True)

    class Meta:
        verbose_name = "알릴 일"
        verbose_name_plural = "알릴 일"
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], condition=models.Q(handled_at=None), name="outbox_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%F %T}"


class Change(models.Model):
    """What an operator changed: who, what, the differing fields before and after, and why.

    Never changed nor deleted (a trigger refuses both), but for the words that name somebody who is
    erased (``audit.erasing``). ``who`` and ``name`` are kept as text: both outlive the rows that
    they name.
    """

    id = models.BigAutoField("ID", primary_key=True)
    at = models.DateTimeField("시각", auto_now_add=True, db_index=True)
    who = models.CharField("누가", max_length=254)
    who_id = models.UUIDField("운영자 ID", null=True, editable=False)
    verb = models.CharField("무엇을 했나", max_length=32)
    what = models.CharField("대상", max_length=100)
    row = models.CharField("대상 ID", max_length=64)
    name = models.CharField("이름", max_length=200)
    reason = models.CharField("사유", max_length=500, blank=True)
    before = models.JSONField("이전", default=dict)
    after = models.JSONField("이후", default=dict)

    class Meta:
        ordering = ("-id",)
        verbose_name = "변경 기록"
        verbose_name_plural = "변경 기록"
        indexes = (models.Index(fields=["what", "row", "-id"], name="change_by_row"),)

    def __str__(self) -> str:
        return f"{self.who}: {self.verb} {self.name}"
