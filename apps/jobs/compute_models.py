"""Where jobs run, as the operator sets it: the RunPod account, its endpoints, weights on this
machine."""

from decimal import Decimal

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from gpu_worker.contract.errors import Code
from gpu_worker.contract.version import VERSION

from .states import FetchState, Purpose


class RunPodAccount(models.Model):
    """The operator's RunPod account, one row. The key is sealed: its end is all that shows.

    ``problem_code`` is why jobs are held back, where they are.
    """

    sealed_key = models.TextField("봉인한 키", blank=True, editable=False)
    key_end = models.CharField("키 끝자리", max_length=4, blank=True, editable=False)
    gpu = models.CharField("기본 GPU (default GPU)", max_length=64, default="RTX 4090")
    price_per_s = models.DecimalField(
        "GPU 1초 가격, USD (price of a GPU second)",
        max_digits=12,
        decimal_places=8,
        default=Decimal("0.00031"),
        validators=[MinValueValidator(0)],
    )
    most_at_once = models.PositiveIntegerField(
        "동시에 보내는 작업 수 (jobs in flight at once)",
        default=50,
        validators=[MinValueValidator(1)],
    )
    per_workspace = models.PositiveIntegerField(
        "워크스페이스당 동시 작업 수 (of one workspace)",
        default=4,
        validators=[MinValueValidator(1)],
    )
    uses_webhook = models.BooleanField("완료 알림 받기 (be told of ends)", default=True)
    problem_code = models.CharField("문제 코드", max_length=64, blank=True, editable=False)
    problem_detail = models.TextField("문제 내용", blank=True, editable=False)
    problem_at = models.DateTimeField("문제 시각", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "RunPod 연결"
        verbose_name_plural = "RunPod 연결"

    def __str__(self) -> str:
        return "RunPod"


class RunPodEndpoint(models.Model):
    """A serverless endpoint that jobs can go to, in the order of ``position``.

    ``canary_id`` is the test job on its way, ``proven_at`` when one last came through, ``contract``
    the version that its worker speaks. With a ``problem_code`` it is used only where no other is.
    """

    endpoint_id = models.CharField(
        "엔드포인트 ID (endpoint id)",
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]+\Z")],  # it becomes part of an address
    )
    purpose = models.CharField(
        "용도 (purpose)", max_length=12, choices=Purpose.choices, default=Purpose.ANY
    )
    position = models.PositiveSmallIntegerField("순서 (order)", default=0)
    is_enabled = models.BooleanField("사용 (enabled)", default=True)
    gpu = models.CharField("GPU", max_length=64, blank=True)
    price_per_s = models.DecimalField(
        "GPU 1초 가격, USD (price)",
        max_digits=12,
        decimal_places=8,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="비우면 RunPod 연결의 가격을 씁니다. (Empty: the account's.)",
    )
    canary_id = models.CharField("시험 작업 ID", max_length=200, blank=True, editable=False)
    canary_at = models.DateTimeField("시험 시각", null=True, blank=True, editable=False)
    proven_at = models.DateTimeField("시험 통과 시각", null=True, blank=True, editable=False)
    contract = models.PositiveIntegerField("계약 버전", null=True, blank=True, editable=False)
    problem_code = models.CharField("문제 코드", max_length=64, blank=True, editable=False)
    problem_detail = models.TextField("문제 내용", blank=True, editable=False)

    class Meta:
        ordering = ("position", "id")
        verbose_name = "RunPod 엔드포인트"
        verbose_name_plural = "RunPod 엔드포인트"

    def __str__(self) -> str:
        return self.endpoint_id

    @property
    def speaks_otherwise(self) -> bool:
        """Whether its worker is known to speak another contract, as after an update of ours."""
        return self.contract is not None and self.contract != VERSION

    @property
    def problem(self) -> str:
        """Why no job should go there, "" where nothing is known against it."""
        return self.problem_code or (Code.CONTRACT_VERSION if self.speaks_otherwise else "")


class ModelWeights(models.Model):
    """An entry of the manifest of weights on the operator's machine, and its download.

    ``presence`` is what the last look found, "" where nobody could look; ``starts`` how often this
    download's process was begun, ``code`` why it failed.
    """

    name = models.CharField("이름", max_length=64, primary_key=True)
    presence = models.CharField("있는지", max_length=8, blank=True)
    size = models.PositiveBigIntegerField("크기", default=0)
    looked_at = models.DateTimeField("확인한 시각", null=True, blank=True)
    state = models.CharField(
        "상태", max_length=10, choices=FetchState.choices, default=FetchState.IDLE, db_index=True
    )
    done_bytes = models.PositiveBigIntegerField("받은 바이트", default=0)
    total_bytes = models.PositiveBigIntegerField("전체 바이트", null=True, blank=True)
    starts = models.PositiveSmallIntegerField("시작 횟수", default=0)
    code = models.CharField("코드", max_length=64, blank=True)
    detail = models.TextField("자세히", blank=True)
    asked_at = models.DateTimeField("물어본 시각", null=True, blank=True)

    class Meta:
        verbose_name = "모델"
        verbose_name_plural = "모델 (models)"

    def __str__(self) -> str:
        return self.name
