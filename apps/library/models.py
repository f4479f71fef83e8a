"""Sounds, named sets of them and their report cards.

Uploads and results of jobs are the same kind of row.
"""

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.common.models import Owned

from .limits import TAG_LENGTH


class FileState(models.TextChoices):
    """uploading -> probing -> ready | failed; ready <-> trashed; from anywhere -> deleted."""

    UPLOADING = "uploading", "올리는 중"
    PROBING = "probing", "확인 중"
    READY = "ready", "준비됨"
    FAILED = "failed", "실패"
    TRASHED = "trashed", "휴지통"
    DELETED = "deleted", "삭제됨"


GONE: Final = (FileState.TRASHED, FileState.DELETED)
"""For lists, datasets and jobs such a file is not there."""


class Origin(models.TextChoices):
    UPLOAD = "upload", "업로드"
    JOB = "job", "작업 결과"


class Stem(models.TextChoices):
    """What a result is of its song."""

    MIX = "mix", "믹스"
    ACAPELLA = "acapella", "아카펠라"
    LEAD = "lead", "리드 보컬"
    BACKING = "backing", "코러스"
    VOCALS = "vocals", "보컬"
    INSTRUMENTAL = "instrumental", "반주"
    CLEANED = "cleaned", "정리된 녹음"


class AudioFile(Owned):
    """One sound in object storage, and what probing found in it.

    ``peaks`` are about 1000 ``[lowest, highest]`` pairs in -127..127 over the whole length.
    Loudness is integrated LUFS and true peak dBTP after ITU-R BS.1770-4; both are null for
    silence. ``ai_generated`` is said by the job that made the file, of an upload by its tag, and
    inherited by what is made of it. A failed file has no object any more; its row keeps the reason
    until dismissed.

    ``recorded`` with a microphone in the studio. ``cut_of`` is the file that this is the stretch
    from ``cut_start_s`` to ``cut_end_s`` of; the stretch is cut when the file is probed.
    ``trashed_at`` is when it was put into the trash, from where it is erased later. ``heard_*_hz``
    are the 5th, 50th and 95th percentile of what is sung, as a browser that listened has found.
    """

    name = models.CharField("이름", max_length=255)
    state = models.CharField("상태", max_length=10, choices=FileState.choices)
    origin = models.CharField("출처", max_length=10, choices=Origin.choices)
    key = models.CharField("객체 키", max_length=500, unique=True)
    size = models.BigIntegerField("크기")
    content_type = models.CharField("형식", max_length=100, blank=True)
    probes = models.PositiveSmallIntegerField("확인 횟수", default=0, editable=False)
    upload_id = models.CharField("업로드 ID", max_length=1024, blank=True)
    duration_s = models.FloatField("길이(초)", null=True)
    sample_rate = models.PositiveIntegerField("샘플레이트", null=True)
    channels = models.PositiveSmallIntegerField("채널", null=True)
    loudness_lufs = models.FloatField("음량(LUFS)", null=True)
    true_peak_db = models.FloatField("트루 피크(dBTP)", null=True)
    peaks = models.JSONField("파형", default=list, blank=True)
    error_code = models.CharField("오류", max_length=60, blank=True)
    error_ko = models.CharField("오류 문장", max_length=300, blank=True)
    error_en = models.CharField("오류 문장(영어)", max_length=300, blank=True)
    job_id = models.UUIDField("만든 작업", null=True, db_index=True)
    stem = models.CharField("스템", max_length=12, choices=Stem.choices, blank=True)
    ai_generated = models.BooleanField("AI 생성", default=False)
    recorded = models.BooleanField("마이크 녹음", default=False)
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), verbose_name="태그", default=list, blank=True
    )
    trashed_at = models.DateTimeField("휴지통에 넣은 시각", null=True, db_index=True)
    cut_of = models.ForeignKey(
        "self",
        verbose_name="원본",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
    )
    cut_start_s = models.FloatField("자른 시작(초)", null=True)
    cut_end_s = models.FloatField("자른 끝(초)", null=True)
    heard_low_hz = models.FloatField("들은 음역 아래(Hz)", null=True)
    heard_median_hz = models.FloatField("들은 음역 가운데(Hz)", null=True)
    heard_high_hz = models.FloatField("들은 음역 위(Hz)", null=True)

    class Meta:
        verbose_name = "오디오 파일"
        verbose_name_plural = "오디오 파일"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="audiofile_newest")
        ]

    def __str__(self) -> str:
        return self.name


class Dataset(Owned):
    """A named set of ready files to train a voice on."""

    name = models.CharField("이름", max_length=100)
    files = models.ManyToManyField(
        AudioFile, verbose_name="파일", through="DatasetItem", related_name="datasets"
    )

    class Meta:
        verbose_name = "데이터셋"
        verbose_name_plural = "데이터셋"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="dataset_newest")
        ]

    def __str__(self) -> str:
        return self.name


class DatasetItemQuerySet(models.QuerySet["DatasetItem"]):
    """Places of files in datasets."""

    def present(self) -> "DatasetItemQuerySet":
        """Without the places that are kept for files in the trash."""
        return self.exclude(file__state__in=GONE)


class DatasetItem(models.Model):
    """A file's place in a dataset; ``position`` keeps the customer's order."""

    dataset = models.ForeignKey(
        Dataset, verbose_name="데이터셋", on_delete=models.CASCADE, related_name="items"
    )
    file = models.ForeignKey(
        AudioFile, verbose_name="파일", on_delete=models.CASCADE, related_name="+"
    )
    position = models.PositiveIntegerField("순서")

    objects = DatasetItemQuerySet.as_manager()

    class Meta:
        verbose_name = "데이터셋 항목"
        verbose_name_plural = "데이터셋 항목"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "file"], name="dataset_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.file}"


class ReportCard(Owned):
    """What an examination of a dataset found (``DatasetCard`` of the contract).

    ``fingerprint`` is of the files that were examined: the card of another list is outdated.
    """

    dataset = models.ForeignKey(
        Dataset, verbose_name="데이터셋", on_delete=models.CASCADE, related_name="cards"
    )
    job_id = models.UUIDField("만든 작업")
    fingerprint = models.CharField("내용 지문", max_length=64)
    verdict = models.CharField("판정", max_length=8)
    usable_s = models.FloatField("쓸 수 있는 길이(초)")
    card = models.JSONField("진단 내용")

    class Meta:
        verbose_name = "진단표"
        verbose_name_plural = "진단표"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dataset", "fingerprint"], name="card_once_per_files")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} · {self.job_id}"
