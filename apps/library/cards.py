"""Report cards: what an examination of a dataset found, kept for as long as it says something."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.db.models import Prefetch

from gpu_worker.contract.report_card import DatasetCard

from .models import Dataset, DatasetItem, ReportCard


class CardSummary(TypedDict):
    """A card as a list of datasets shows it."""

    job: uuid.UUID
    created_at: datetime
    outdated: bool
    verdict: str
    usable_s: float


def fingerprint(file_ids: Iterable[uuid.UUID | str]) -> str:
    """Of a set of files, whatever their order."""
    return hashlib.sha256(" ".join(sorted(map(str, file_ids))).encode()).hexdigest()


def keep(dataset_id: uuid.UUID, job_id: uuid.UUID, card: DatasetCard) -> bool:
    """Keep what a job found; False where the dataset is gone. Idempotent.

    Once there is a card of the files as they are now, those of earlier lists say nothing more.
    """
    with transaction.atomic():
        present = Prefetch("items", DatasetItem.objects.present())
        locked = Dataset.objects.select_for_update(no_key=True).prefetch_related(present)
        dataset = locked.filter(id=dataset_id).first()
        if dataset is None:
            return False
        kept, _ = ReportCard.objects.update_or_create(
            dataset=dataset,
            fingerprint=fingerprint(file.id for file in card.files),
            defaults={
                "workspace_id": dataset.workspace_id,
                "job_id": job_id,
                "verdict": card.verdict,
                "usable_s": card.usable_s,
                "card": card.model_dump(mode="json"),
            },
        )
        if not is_outdated(kept, dataset):
            ReportCard.objects.filter(dataset=dataset).exclude(id=kept.id).delete()
    return True


def newest(dataset: Dataset) -> ReportCard | None:
    """The card of the dataset's files as they are, else the last one of earlier files."""
    cards = sorted(dataset.cards.all(), key=lambda card: card.updated_at, reverse=True)
    current = _fingerprint_of(dataset)
    return next((c for c in cards if c.fingerprint == current), cards[0] if cards else None)


def is_outdated(card: ReportCard, dataset: Dataset) -> bool:
    return card.fingerprint != _fingerprint_of(dataset)


def summary(dataset: Dataset) -> CardSummary | None:
    """For lists; needs prefetched items and cards to cost no query a dataset."""
    card = newest(dataset)
    if card is None:
        return None
    return CardSummary(
        job=card.job_id,
        created_at=card.updated_at,
        outdated=is_outdated(card, dataset),
        verdict=card.verdict,
        usable_s=card.usable_s,
    )


def _fingerprint_of(dataset: Dataset) -> str:
    return fingerprint(item.file_id for item in dataset.items.all())
