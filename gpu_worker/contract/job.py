"""The envelope of one attempt: what goes in, where results go, and what comes out.

Everything travels by presigned URL. ``outputs`` names every object that this kind may store, each
with its own PUT URL; ``manifest.json`` is stored last and is the proof that all others are whole.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, TypeAdapter

from .base import Frozen
from .errors import Code
from .params import ContentEncoderName, ConvertParams, JobKind, Preset, TrainParams
from .version import VERSION

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint.pt"
MODEL: Final = "model.pth"
INDEX: Final = "model.index"
REPORT: Final = "report.json"


def preview_name(number: int) -> str:
    """Object name of the ``number``-th rendered reference phrase (0 is before training)."""
    return f"preview-{number:02d}.flac"


class FileRef(Frozen):
    """An object to fetch. ``sha256`` is checked where it is known."""

    id: str
    name: str
    url: str
    size: int = Field(ge=0)
    sha256: Sha256 | None = None


class EncoderRef(Frozen):
    """The content encoder that a voice was trained with."""

    id: ContentEncoderName
    sha256: Sha256


class VoiceRef(Frozen):
    """A trained voice: its published checkpoint, retrieval index and content encoder."""

    id: str
    model: FileRef
    index: FileRef | None
    encoder: EncoderRef


class _Job(Frozen):
    contract: Literal[1] = VERSION
    job_id: str
    attempt_id: str
    fence: int = Field(ge=1, description="Grows with each attempt of a job")
    outputs: dict[str, str] = Field(description="Object name -> presigned PUT URL")
    events_url: str
    token: SecretStr
    deadline_s: int = Field(ge=1, description="Seconds this attempt may take")


class TrainJob(_Job):
    kind: Literal[JobKind.TRAIN] = JobKind.TRAIN
    voice_name: str
    params: TrainParams
    dataset: tuple[FileRef, ...] = Field(min_length=1)
    resume: FileRef | None = Field(None, description="Last checkpoint of an earlier attempt")


class ConvertJob(_Job):
    kind: Literal[JobKind.CONVERT] = JobKind.CONVERT
    params: ConvertParams
    source: FileRef
    voice: VoiceRef
    output_name: str = Field(description="Name in outputs, with the format's ending")


JobSpec = Annotated[TrainJob | ConvertJob, Field(discriminator="kind")]
JOB_SPEC: TypeAdapter[TrainJob | ConvertJob] = TypeAdapter(JobSpec)


def train_output_names(params: TrainParams) -> tuple[str, ...]:
    """Every object that a training may store, the manifest last."""
    previews = tuple(preview_name(n) for n in range(params.previews + 1)) if params.previews else ()
    return (CHECKPOINT, *previews, MODEL, INDEX, REPORT, MANIFEST)


def convert_output_names(params: ConvertParams) -> tuple[str, ...]:
    """Every object that a conversion may store, the manifest last."""
    return (f"output.{params.output_format}", REPORT, MANIFEST)


class Stored(Frozen):
    """One stored object as the manifest lists it."""

    name: str
    size: int = Field(ge=0)
    sha256: Sha256


class TrainResult(Frozen):
    """What a training made. Mel distances are mean absolute log-mel differences, held out."""

    kind: Literal[JobKind.TRAIN] = JobKind.TRAIN
    preset: Preset
    sample_rate: int
    encoder: EncoderRef
    steps: int
    usable_seconds: float
    f0_low_hz: float | None
    f0_high_hz: float | None
    mel_distance_start: float
    mel_distance_end: float
    losses: dict[str, float]
    seconds: float


class ConvertResult(Frozen):
    """What a conversion made."""

    kind: Literal[JobKind.CONVERT] = JobKind.CONVERT
    duration_s: float
    sample_rate: int
    output_name: str
    seconds: float


Result = Annotated[TrainResult | ConvertResult, Field(discriminator="kind")]


class Manifest(Frozen):
    """Stored last, as ``manifest.json``: the truth about a finished attempt."""

    contract: Literal[1] = VERSION
    job_id: str
    attempt_id: str
    fence: int
    files: tuple[Stored, ...]
    result: Result


class Failure(Frozen):
    """How an attempt failed."""

    code: Code
    detail: str = Field("", max_length=4000)
