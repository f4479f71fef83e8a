"""What a start asks for; the knobs come from the contract."""

import math
import uuid
from typing import Annotated, Any, Final, Self, TypeVar

import pydantic
from pydantic import Field

from apps.common.errors import invalid_params
from gpu_worker.contract.base import Frozen
from gpu_worker.contract.job import MAX_BLEND
from gpu_worker.contract.params import (
    AnalyseParams,
    ConvertParams,
    CoverParams,
    PreprocessParams,
    SeparateParams,
    TrainParams,
)

Body = TypeVar("Body", bound=Frozen)
MAX_MODEL_BYTES: Final = 512 * 2**20
MAX_INDEX_BYTES: Final = 2**30
"""As the worker reads them at most."""
Files = Annotated[tuple[uuid.UUID, ...], Field(min_length=1, max_length=50)]
MOST_CELLS: Final = 100
"""Jobs that one grid may start."""


class TrainingStart(Frozen):
    """Train a voice on a dataset."""

    voice: uuid.UUID
    dataset: uuid.UUID
    params: TrainParams = TrainParams.model_validate({})


class TrainingQuote(Frozen):
    """What a training would cost; its voice need not be there yet."""

    dataset: uuid.UUID
    params: TrainParams = TrainParams.model_validate({})


class ContinueStart(Frozen):
    """Go on with a voice's last training to more steps: same recordings, same knobs."""

    total_steps: int = Field(ge=1, le=1_000_000)
    patience: int | None = Field(None, ge=0, le=1000)


class Continuation(ContinueStart):
    """``ContinueStart`` of a voice that the address names."""

    voice: uuid.UUID


class ImportFiles(Frozen):
    """Sizes in bytes of the files that will be sent; an index is not needed."""

    model_size: int = Field(ge=1, le=MAX_MODEL_BYTES)
    index_size: int | None = Field(None, ge=1, le=MAX_INDEX_BYTES)


class ImportStart(Frozen):
    """Take in what was sent for ``upload``."""

    upload: uuid.UUID
    index: bool = False


class Import(ImportStart):
    """``ImportStart`` of a voice that the address names."""

    voice: uuid.UUID


class DemoChoice(Frozen):
    """A result (``file``), or the preview of a training (``job``) at a ``step``."""

    file: uuid.UUID | None = None
    job: uuid.UUID | None = None
    step: int | None = Field(None, ge=0)

    @pydantic.model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.file is None) == (self.job is None) or (self.job is None) != (self.step is None):
            raise ValueError("name either a file, or a job and a step")
        return self


class BlendPart(Frozen):
    """A further voice and its share."""

    voice: uuid.UUID
    weight: float = Field(gt=0, lt=1)


class _Sung(Frozen):
    """Sung in a voice, or in a blend of it with others.

    Without ``weight`` the first voice gets what the others leave of 1; otherwise shares are
    relative to each other.
    """

    voice: uuid.UUID
    weight: float | None = Field(None, gt=0, le=1)
    blend: tuple[BlendPart, ...] = Field((), max_length=MAX_BLEND - 1)

    @pydantic.field_validator("blend")
    @classmethod
    def _check_blend(
        cls, blend: tuple[BlendPart, ...], info: pydantic.ValidationInfo
    ) -> tuple[BlendPart, ...]:
        voices = [info.data.get("voice"), *(part.voice for part in blend)]
        if len(set(voices)) < len(voices):
            raise ValueError("a blend takes different voices")
        if info.data.get("weight") is None and sum(part.weight for part in blend) >= 1:
            raise ValueError("nothing is left for the first voice: the weights add up to 1 or more")
        return blend

    @property
    def shares(self) -> dict[uuid.UUID, float]:
        """Each voice's share in the order asked; together 1."""
        others = {part.voice: part.weight for part in self.blend}
        first = 1 - sum(others.values()) if self.weight is None else self.weight
        total = first + sum(others.values())
        return {voice: weight / total for voice, weight in ({self.voice: first} | others).items()}


class ConversionStart(_Sung):
    """Convert files to a voice, one job each."""

    files: Files
    params: ConvertParams = ConvertParams.model_validate({})


class CoverStart(_Sung):
    """Whole songs in a voice, one job each. ``backing`` is a stem of backing vocals of one song."""

    files: Files
    backing: uuid.UUID | None = None
    params: CoverParams = CoverParams.model_validate({})

    @pydantic.field_validator("backing")
    @classmethod
    def _check_backing(
        cls, backing: uuid.UUID | None, info: pydantic.ValidationInfo
    ) -> uuid.UUID | None:
        files = info.data.get("files", ())
        if backing is not None and (len(files) > 1 or backing in files):
            raise ValueError("a backing stem belongs to exactly one other file")
        return backing

    @pydantic.field_validator("params")
    @classmethod
    def _check_conversion(cls, params: CoverParams, info: pydantic.ValidationInfo) -> CoverParams:
        if params.convert_backing and info.data.get("backing") is None:
            raise ValueError("convert_backing needs a backing stem")
        return params


class Singers(_Sung):
    """A column of a grid: a voice or a blend of voices."""


class _Grid(Frozen):
    """Each file in each voice with each of the settings: a job a cell, together one batch.

    Cells are in this order: the voices, for each of them the settings, for each of these the files.
    """

    files: Files
    singers: tuple[Singers, ...] = Field(min_length=1, max_length=20)

    @property
    def sides(self) -> tuple[int, int, int]:
        """How many voices, settings and files there are."""
        return len(self.singers), len(self._settings), len(self.files)

    @property
    def _settings(self) -> tuple[ConvertParams, ...]:
        raise NotImplementedError

    @pydantic.model_validator(mode="after")
    def _check_cells(self) -> Self:
        if math.prod(self.sides) > MOST_CELLS:
            raise ValueError(f"a grid has at most {MOST_CELLS} cells")
        if any(len(set(side)) < len(side) for side in (self.files, self.singers, self._settings)):
            raise ValueError("a grid takes different files, voices and settings")
        return self


class ConversionGrid(_Grid):
    """Files x voices x settings, each cell a conversion."""

    settings: tuple[ConvertParams, ...] = Field(
        (ConvertParams.model_validate({}),), min_length=1, max_length=10
    )

    @property
    def _settings(self) -> tuple[ConvertParams, ...]:
        return self.settings

    def starts(self) -> list[ConversionStart]:
        """The grid as one request a voice and settings."""
        return [
            ConversionStart(files=self.files, params=params, **singers.model_dump())
            for singers in self.singers
            for params in self.settings
        ]


class CoverGrid(_Grid):
    """Files x voices x settings, each cell a cover."""

    settings: tuple[CoverParams, ...] = Field(
        (CoverParams.model_validate({}),), min_length=1, max_length=10
    )

    @property
    def _settings(self) -> tuple[ConvertParams, ...]:
        return self.settings

    def starts(self) -> list[CoverStart]:
        """The grid as one request a voice and settings."""
        return [
            CoverStart(files=self.files, params=params, **singers.model_dump())
            for singers in self.singers
            for params in self.settings
        ]


class SeparationStart(Frozen):
    """Take vocals and accompaniment of files apart, one job each."""

    files: Files
    params: SeparateParams = SeparateParams.model_validate({})


class PreprocessStart(Frozen):
    """Clean recordings for training, one job each."""

    files: Files
    params: PreprocessParams = PreprocessParams.model_validate({})


class AnalysisStart(Frozen):
    """Examine a dataset for its report card."""

    dataset: uuid.UUID
    params: AnalyseParams = AnalyseParams.model_validate({})


Grid = ConversionGrid | CoverGrid
FilesStart = ConversionStart | CoverStart | SeparationStart | PreprocessStart | Grid
Start = TrainingStart | Continuation | AnalysisStart | Import | FilesStart


def is_batch(wanted: Start) -> bool:
    """Whether a request starts jobs together, be it one; not a job by itself."""
    grids = ConversionGrid | CoverGrid
    return isinstance(
        wanted, grids | ConversionStart | CoverStart | SeparationStart | PreprocessStart
    )


def read(body: type[Body], data: Any) -> Body:
    """A request's body; ApiError 400 that names the fields at fault."""
    try:
        return body.model_validate(data)
    except pydantic.ValidationError as error:
        raise invalid_params(error) from error
