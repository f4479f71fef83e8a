"""What a workspace spent, by month."""

import uuid

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from .limits import ZONE
from .models import Entry, EntryKind


def spent_by_month(workspace_id: uuid.UUID, months: int = 12) -> list[tuple[str, int]]:
    """(2026-11, credits) of the last months in which any were spent, the newest first."""
    spent = Entry.objects.filter(workspace_id=workspace_id, kind=EntryKind.SETTLE).order_by()
    by_month = spent.annotate(month=TruncMonth("created_at", tzinfo=ZONE)).values("month")
    rows = by_month.annotate(spent=-Sum("held")).order_by("-month")[:months]
    return [(f"{row['month']:%Y-%m}", int(row["spent"])) for row in rows]
