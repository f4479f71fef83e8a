"""The envelope of one attempt: what goes in, where results go, and what comes out.

Everything travels by presigned URL. ``outputs`` names every object that this kind may store, each
with its own PUT URL; ``manifest.json`` is stored last and is the proof that all others are whole.
"""

from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, TypeAdapter, field_validator

from .base import Frozen
from .errors import Code
from .params import (
    AnalyseParams,
    ContentEncoderName,
    ConvertParams,
    CoverParams,
    ExportKnobs,
    ImportParams,
    JobKind,
    PreprocessParams,
    Preset,
    SeparateParams,
    TrainBase,
    TrainParams,
)
from .report_card import DatasetCard
from .scores import Candidate, Scores
from .version import VERSION

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

MANIFEST: Final = "manifest.json"
CHECKPOINT: Final = "checkpoint.pt"
MODEL: Final = "model.pth"
INDEX: Final = "model.index"
REPORT: Final = "report.json"

MAX_BLEND: Final = 4
"""Voices that one conversion can blend."""

COVER_STEMS: Final = ("mix", "acapella", "lead", "backing", "vocals", "instrumental")
"""What a cover leaves: the mix, the vocals in it with effects, the lead (and backing) as converted,
and the stems of the original."""
SEPARATE_STEMS: Final = ("vocals", "instrumental")


def preview_name(number: int) -> str:
    """Object name of the ``number``-th rendered reference phrase (0 is before training)."""
    return f"preview-{number:02d}.flac"


def candidate_name(slot: int) -> str:
    """Object name of the ``slot``-th best checkpoint: a published model file. Slot 0 is MODEL."""
    return f"candidate-{slot}.pth"


class FileRef(Frozen):
    """An object to fetch. ``sha256`` is checked where it is known.

    Of a sound, ``ai_generated`` says what its metadata may not; its results inherit it.
    """

    id: str
    name: str
    url: str
    size: int = Field(ge=0)
    sha256: Sha256 | None = None
    ai_generated: bool = False


class EncoderRef(Frozen):
    """The content encoder that a voice was trained with."""

    id: ContentEncoderName
    sha256: Sha256

    @field_validator("id")
    @classmethod
    def _is_one(cls, name: ContentEncoderName) -> ContentEncoderName:
        if name is ContentEncoderName.AUTO:
            raise ValueError("a voice names the encoder that it was trained with")
        return name


class VoiceRef(Frozen):
    """A trained voice: its published checkpoint, retrieval index and content encoder.

    ``f0_median_hz`` is what the automatic key aims at, ``weight`` the voice's share in a blend.
    """

    id: str
    model: FileRef
    index: FileRef | None
    encoder: EncoderRef
    f0_median_hz: float | None = None
    weight: float = Field(1.0, gt=0, le=1)


Voices = Annotated[tuple[VoiceRef, ...], Field(min_length=1, max_length=MAX_BLEND)]


class _Job(Frozen):
    contract: Literal[4] = VERSION
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
    resume: FileRef | None = Field(
        None, description="Checkpoint of an earlier attempt, or of the training that goes on"
    )


class ConvertJob(_Job):
    kind: Literal[JobKind.CONVERT] = JobKind.CONVERT
    params: ConvertParams
    source: FileRef
    voices: Voices


class CoverJob(_Job):
    """``backing`` is an uploaded stem of backing vocals, which separation can't tell from lead."""

    kind: Literal[JobKind.COVER] = JobKind.COVER
    params: CoverParams
    source: FileRef
    backing: FileRef | None = None
    voices: Voices


class SeparateJob(_Job):
    kind: Literal[JobKind.SEPARATE] = JobKind.SEPARATE
    params: SeparateParams
    source: FileRef


class PreprocessJob(_Job):
    kind: Literal[JobKind.PREPROCESS] = JobKind.PREPROCESS
    params: PreprocessParams
    source: FileRef


class AnalyseJob(_Job):
    kind: Literal[JobKind.ANALYSE] = JobKind.ANALYSE
    params: AnalyseParams
    dataset: tuple[FileRef, ...] = Field(min_length=1)


class ImportJob(_Job):
    """A voice that another program published: a stranger's files, to be read with care."""

    kind: Literal[JobKind.IMPORT] = JobKind.IMPORT
    voice_name: str
    params: ImportParams = ImportParams()
    model: FileRef
    index: FileRef | None = None


AnyJob = TrainJob | ConvertJob | CoverJob | SeparateJob | PreprocessJob | AnalyseJob | ImportJob
JobSpec = Annotated[AnyJob, Field(discriminator="kind")]
JOB_SPEC: TypeAdapter[AnyJob] = TypeAdapter(JobSpec)


def train_output_names(params: TrainParams) -> tuple[str, ...]:
    """Every object that a training may store, the manifest last."""
    previews = tuple(preview_name(n) for n in range(params.previews + 1)) if params.previews else ()
    # Workers used to store the best once more, and their trainings may still run: hence slot 0.
    candidates = tuple(candidate_name(n) for n in range(params.keep_checkpoints))
    return (CHECKPOINT, *previews, *candidates, MODEL, INDEX, REPORT, MANIFEST)


def sound_names(stems: tuple[str, ...], params: ExportKnobs) -> tuple[str, ...]:
    """Object names of exported sounds: ``vocals.flac`` and so on."""
    return tuple(f"{stem}.{params.output_format}" for stem in stems)


def convert_output_names(params: ConvertParams | PreprocessParams) -> tuple[str, ...]:
    """Every object that a conversion or a preprocessing may store, the manifest last."""
    return (*sound_names(("output",), params), REPORT, MANIFEST)


def separate_output_names(params: SeparateParams) -> tuple[str, ...]:
    """Every object that a separation may store, the manifest last."""
    return (*sound_names(SEPARATE_STEMS, params), REPORT, MANIFEST)


def cover_output_names(params: CoverParams, *, backing: bool) -> tuple[str, ...]:
    """Every object that a cover may store, the manifest last."""
    stems = COVER_STEMS if backing else tuple(s for s in COVER_STEMS if s != "backing")
    return (*sound_names(stems, params), REPORT, MANIFEST)


def import_output_names(*, index: bool) -> tuple[str, ...]:
    """Every object that an import may store, the manifest last."""
    return (MODEL, *((INDEX,) if index else ()), REPORT, MANIFEST)


ANALYSE_OUTPUT_NAMES: Final = (REPORT, MANIFEST)


class Stored(Frozen):
    """One stored object as the manifest lists it."""

    name: str
    size: int = Field(ge=0)
    sha256: Sha256


class TrainResult(Frozen):
    """What a training made: the best checkpoint by held-out scores, ``candidates`` kept beside it.

    ``ending`` says why training ended and this checkpoint was chosen, one sentence a language.
    """

    kind: Literal[JobKind.TRAIN] = JobKind.TRAIN
    preset: Preset
    sample_rate: int
    encoder: EncoderRef
    base: TrainBase
    steps: int
    best_step: int
    usable_seconds: float
    f0_low_hz: float | None
    f0_median_hz: float | None
    f0_high_hz: float | None
    mel_distance_start: float
    mel_distance_end: float
    scores: Scores
    candidates: tuple[Candidate, ...]
    ending_ko: str
    ending_en: str
    losses: dict[str, float]
    seconds: float


class Sound(Frozen):
    """One exported sound; loudness is null for silence."""

    name: str
    duration_s: float
    sample_rate: int
    loudness_lufs: float | None = None
    true_peak_db: float | None = None


class ConvertResult(Frozen):
    """What a conversion made. ``key_shift`` is what the automatic key added, in semitones."""

    kind: Literal[JobKind.CONVERT] = JobKind.CONVERT
    output: Sound
    key_shift: float
    seconds: float


class CoverResult(Frozen):
    """What a cover made: the mix first, then every stem."""

    kind: Literal[JobKind.COVER] = JobKind.COVER
    outputs: tuple[Sound, ...]
    key_shift: float
    separator: str
    seconds: float


class SeparateResult(Frozen):
    kind: Literal[JobKind.SEPARATE] = JobKind.SEPARATE
    outputs: tuple[Sound, ...]
    separator: str
    seconds: float


class PreprocessResult(Frozen):
    """``usable_s`` is what is left of ``source_s`` seconds.

    ``separator`` is the model that took the vocals out, where that was asked for.
    """

    kind: Literal[JobKind.PREPROCESS] = JobKind.PREPROCESS
    output: Sound
    source_s: float
    usable_s: float
    separator: str | None = None
    seconds: float


class AnalyseResult(Frozen):
    kind: Literal[JobKind.ANALYSE] = JobKind.ANALYSE
    card: DatasetCard
    seconds: float


class ImportResult(Frozen):
    """What a stranger's files turned out to be; ``model`` and ``index`` are stored anew."""

    kind: Literal[JobKind.IMPORT] = JobKind.IMPORT
    preset: Preset
    sample_rate: int
    encoder: EncoderRef
    step: int = Field(ge=0, description="Steps of its training, 0 where the file does not say")
    vectors: int = Field(ge=0, description="Entries of the index, 0 without one")
    seconds: float


AnyResult = (
    TrainResult
    | ConvertResult
    | CoverResult
    | SeparateResult
    | PreprocessResult
    | AnalyseResult
    | ImportResult
)
Result = Annotated[AnyResult, Field(discriminator="kind")]


class Manifest(Frozen):
    """Stored last, as ``manifest.json``: the truth about a finished attempt."""

    contract: Literal[3, 4] = VERSION  # what a worker of 3 began may end now
    job_id: str
    attempt_id: str
    fence: int
    files: tuple[Stored, ...]
    result: Result


class Failure(Frozen):
    """How an attempt failed."""

    code: Code
    detail: str = Field("", max_length=4000)
