"""What a start asks for; the knobs come from the contract."""

import uuid
from typing import Any, TypeVar

import pydantic

from apps.common.errors import invalid_params
from gpu_worker.contract.base import Frozen
from gpu_worker.contract.params import ConvertParams, TrainParams

Body = TypeVar("Body", bound=Frozen)


class TrainingStart(Frozen):
    """Train a voice on a dataset."""

    voice: uuid.UUID
    dataset: uuid.UUID
    params: TrainParams = TrainParams.model_validate({})


class ConversionStart(Frozen):
    """Convert files to a voice, one job each."""

    voice: uuid.UUID
    files: tuple[uuid.UUID, ...] = pydantic.Field(min_length=1, max_length=50)
    params: ConvertParams = ConvertParams.model_validate({})


def read(body: type[Body], data: Any) -> Body:
    """A request's body; ApiError 400 that names the fields at fault."""
    try:
        return body.model_validate(data)
    except pydantic.ValidationError as error:
        raise invalid_params(error) from error
