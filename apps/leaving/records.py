"""Records of money that outlive their customer for the law, and end when it lets go of them."""

from datetime import datetime
from typing import Final

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import Workspace
from apps.billing import farewell

from .erasure import KEEP_RECORDS
from .graph import KEPT
from .models import Removal, RemovalState, Subject

log = structlog.get_logger(__name__)

WORKSPACES_AT_ONCE: Final = 20


def due(now: datetime) -> QuerySet[Workspace]:
    """Workspaces that were erased so long ago that their records may go, and have some left."""
    some = Q()
    for table in KEPT:
        some |= Q(Exists(table._base_manager.filter(workspace=OuterRef("pk"))))
    return Workspace.objects.filter(some, erased_at__lte=now - KEEP_RECORDS).order_by("erased_at")


def end(now: datetime) -> int:
    """Delete the records that are due, in batches, and note it on the receipt; how many went.

    What is left over for the next time is harmless: nothing waits for it.
    """
    gone = 0
    for workspace in due(now)[:WORKSPACES_AT_ONCE]:
        while batch := farewell.forget_records(workspace.pk):
            gone += batch
        Removal.objects.filter(
            subject=Subject.WORKSPACE, subject_id=workspace.pk, state=RemovalState.DONE
        ).update(records_gone_at=now)
    if gone:
        log.info("records of money ended", rows=gone)
    return gone
