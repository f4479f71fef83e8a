"""Every knob of every kind of job, with its limits, exactly once.

API validation, the OpenAPI schema, command-line flags, the forms of the frontend and the engine's
arguments all come from here. A field's ``json_schema_extra`` may hold ``ko`` and ``en`` labels.
"""

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import Field

from .base import Frozen


class JobKind(StrEnum):
    TRAIN = "train"
    CONVERT = "convert"


class Preset(StrEnum):
    """Size of the networks: ``full`` as published, ``draft`` small enough for a CPU."""

    FULL = "full"
    DRAFT = "draft"


class SampleRate(IntEnum):
    """Output rates in Hz that the published RVC v2 family has."""

    HZ_32000 = 32000
    HZ_40000 = 40000
    HZ_48000 = 48000


class ContentEncoderName(StrEnum):
    CONTENTVEC = "contentvec"
    WHISPER_BASE = "whisper-base"


class F0Method(StrEnum):
    FCPE = "fcpe"
    SWIFT_F0 = "swift-f0"
    RMVPE = "rmvpe"


class AudioFormat(StrEnum):
    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"


def knob(ko: str, en: str) -> dict[str, str]:
    """Labels that a generated form shows beside a knob."""
    return {"ko": ko, "en": en}


Seed = Annotated[
    int, Field(ge=0, le=2**31 - 1, json_schema_extra=dict(knob("난수 시드", "Random seed")))
]


class TrainParams(Frozen):
    """How a voice is trained. Lengths in optimiser steps, learning rate of AdamW."""

    preset: Preset = Field(Preset.DRAFT, json_schema_extra=dict(knob("모델 크기", "Model size")))
    sample_rate: SampleRate = Field(
        SampleRate.HZ_40000, json_schema_extra=dict(knob("샘플레이트(Hz)", "Sample rate (Hz)"))
    )
    content_encoder: ContentEncoderName = Field(
        ContentEncoderName.WHISPER_BASE,
        json_schema_extra=dict(knob("발음 인코더", "Content encoder")),
    )
    f0_method: F0Method = Field(
        F0Method.FCPE, json_schema_extra=dict(knob("음높이 추출", "Pitch extraction"))
    )
    total_steps: int = Field(
        600, ge=1, le=1_000_000, json_schema_extra=dict(knob("학습 스텝", "Training steps"))
    )
    batch_size: int = Field(4, ge=1, le=64, json_schema_extra=dict(knob("배치 크기", "Batch size")))
    learning_rate: float = Field(
        1e-4, ge=1e-6, le=1e-2, json_schema_extra=dict(knob("학습률", "Learning rate"))
    )
    checkpoint_every: int = Field(
        100, ge=1, le=100_000, json_schema_extra=dict(knob("체크포인트 간격", "Checkpoint every"))
    )
    previews: int = Field(
        4, ge=0, le=16, json_schema_extra=dict(knob("미리듣기 수", "Rendered previews"))
    )
    seed: Seed = 1234


class ConvertParams(Frozen):
    """How a song is converted."""

    pitch_shift: float = Field(
        0.0, ge=-24.0, le=24.0, json_schema_extra=dict(knob("키 변경(반음)", "Pitch (semitones)"))
    )
    f0_method: F0Method = Field(
        F0Method.FCPE, json_schema_extra=dict(knob("음높이 추출", "Pitch extraction"))
    )
    index_rate: float = Field(
        0.75, ge=0.0, le=1.0, json_schema_extra=dict(knob("음색 검색 비율", "Index rate"))
    )
    protect: float = Field(
        0.33, ge=0.0, le=0.5, json_schema_extra=dict(knob("자음 보호", "Consonant protection"))
    )
    loudness_mix: float = Field(
        0.25, ge=0.0, le=1.0, json_schema_extra=dict(knob("음량 곡선 혼합", "Loudness envelope"))
    )
    output_format: AudioFormat = Field(
        AudioFormat.FLAC, json_schema_extra=dict(knob("파일 형식", "File format"))
    )
    seed: Seed = 1234
