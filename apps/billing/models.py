"""The ledger: every change of a workspace's credits, and the balance that they add up to."""

import uuid

from django.db import models
from django.db.models import Q


class EntryKind(models.TextChoices):
    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"
    ADJUST = "adjust"


class Balance(models.Model):
    """Credits of a workspace: free to use, and held for jobs that have not ended."""

    workspace = models.OneToOneField(
        "accounts.Workspace", on_delete=models.CASCADE, primary_key=True, related_name="balance"
    )
    available = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(available__gte=0), name="balance_available"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="balance_reserved"),
        )

    def __str__(self) -> str:
        return f"{self.available} (+{self.reserved} held)"


class Entry(models.Model):
    """One line of the ledger; never changed nor deleted (a trigger refuses both).

    ``amount`` is the signed change of the available credits, ``held`` that of the reserved ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.PROTECT, related_name="credit_entries"
    )
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    amount = models.BigIntegerField()
    held = models.BigIntegerField(default=0)
    job_id = models.UUIDField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=200, unique=True)
    memo = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["workspace", "-created_at", "-id"], name="entry_by_workspace"),
            models.Index(fields=["job_id"], condition=Q(job_id__isnull=False), name="entry_by_job"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d}/{self.held:+d}"
