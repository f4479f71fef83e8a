"""Every knob of every kind of job, with its limits, exactly once.

API validation, the OpenAPI schema, command-line flags, the forms of the frontend and the engine's
arguments all come from here. A field's ``json_schema_extra`` holds ``ko`` and ``en`` labels, its
``unit`` and whether it is ``advanced``.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Frozen
from .knobs import SIMPLE, choice, knob, number


class JobKind(StrEnum):
    TRAIN = "train"
    CONVERT = "convert"
    COVER = "cover"
    SEPARATE = "separate"
    PREPROCESS = "preprocess"
    ANALYSE = "analyse"
    IMPORT = "import"


class Preset(StrEnum):
    """Size of the networks: ``full`` as published, ``draft`` small enough for a CPU."""

    FULL = "full"
    DRAFT = "draft"


class SampleRate(IntEnum):
    """Output rates in Hz that the published RVC v2 family has."""

    HZ_32000 = 32000
    HZ_40000 = 40000
    HZ_48000 = 48000


class ExportRate(IntEnum):
    """Sample rate of an exported file in Hz; ``SAME`` keeps the rate it was made at."""

    SAME = 0
    HZ_16000 = 16000
    HZ_22050 = 22050
    HZ_32000 = 32000
    HZ_40000 = 40000
    HZ_44100 = 44100
    HZ_48000 = 48000
    HZ_96000 = 96000


class ContentEncoderName(StrEnum):
    """``auto`` only asks: a training chooses by what is installed, a voice names what it has."""

    AUTO = "auto"
    CONTENTVEC = "contentvec"
    WHISPER_BASE = "whisper-base"
    STARTER = "starter"


class F0Method(StrEnum):
    """One estimator, or ``hybrid``: the median of several (``f0_hybrid``)."""

    FCPE = "fcpe"
    SWIFT_F0 = "swift-f0"
    RMVPE = "rmvpe"
    CREPE_FULL = "crepe-full"
    CREPE_TINY = "crepe-tiny"
    HYBRID = "hybrid"


class AutoKey(StrEnum):
    """Whether the song moves to the voice's median F0: by whole octaves, or by semitones too."""

    OFF = "off"
    OCTAVES = "octaves"
    SEMITONES = "semitones"


class Tonic(StrEnum):
    C = "C"
    C_SHARP = "C#"
    D = "D"
    D_SHARP = "D#"
    E = "E"
    F = "F"
    F_SHARP = "F#"
    G = "G"
    G_SHARP = "G#"
    A = "A"
    A_SHARP = "A#"
    B = "B"


class Scale(StrEnum):
    CHROMATIC = "chromatic"
    MAJOR = "major"
    MINOR = "minor"
    HARMONIC_MINOR = "harmonic-minor"
    MAJOR_PENTATONIC = "major-pentatonic"
    MINOR_PENTATONIC = "minor-pentatonic"
    BLUES = "blues"


class AudioFormat(StrEnum):
    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    M4A = "m4a"
    OGG = "ogg"


class BitDepth(StrEnum):
    """Of WAV and FLAC; FLAC writes 24 bits where 32-bit float is asked for."""

    INT_16 = "16"
    INT_24 = "24"
    FLOAT_32 = "32f"


class SeparatorName(StrEnum):
    """``auto`` is the best that is installed."""

    AUTO = "auto"
    SPLEETER = "spleeter-2stems"
    HTDEMUCS = "htdemucs"


class TrainBase(StrEnum):
    """Weights that a training starts from.

    ``auto`` is published ones or the starter's own, whichever fits and is there.
    """

    AUTO = "auto"
    SCRATCH = "scratch"
    PUBLISHED = "published"
    STARTER = "starter"


Seed = Annotated[int, Field(ge=0, le=2**31 - 1, **knob("난수 시드", "Random seed"))]


class TrainParams(Frozen):
    """How a voice is trained. Lengths in optimiser steps, learning rate of AdamW.

    ``patience`` is the number of checkpoints without a better score after which training ends, 0
    never; ``keep_checkpoints`` how many of the best are kept to choose from.
    """

    preset: Preset = choice(Preset.DRAFT, "모델 크기", "Model size", advanced=SIMPLE)
    sample_rate: SampleRate = choice(SampleRate.HZ_40000, "샘플레이트(Hz)", "Sample rate (Hz)")
    content_encoder: ContentEncoderName = choice(
        ContentEncoderName.AUTO, "발음 인코더", "Content encoder"
    )
    f0_method: F0Method = choice(F0Method.FCPE, "음높이 추출", "Pitch extraction")
    base: TrainBase = choice(TrainBase.AUTO, "시작 가중치", "Starting weights")
    total_steps: int = number(1200, 1, 1_000_000, "학습 스텝", "Training steps", advanced=SIMPLE)
    batch_size: int = number(4, 1, 64, "배치 크기", "Batch size")
    learning_rate: float = number(1e-4, 1e-6, 1e-2, "학습률", "Learning rate")
    checkpoint_every: int = number(100, 1, 100_000, "체크포인트 간격", "Checkpoint every", "step")
    patience: int = number(
        5,
        0,
        1000,
        "조기 종료까지 참을 체크포인트 수(0: 끔)",
        "Early stop after checkpoints (0: off)",
    )
    keep_checkpoints: int = number(
        3, 0, 8, "보관할 체크포인트 수", "Checkpoints kept to choose from"
    )
    previews: int = number(4, 0, 50, "미리듣기 수", "Rendered previews")
    seed: Seed = 1234


class PitchKnobs(Frozen):
    """How the melody is heard: estimator, range in Hz, repair of octave jumps.

    ``f0_hybrid`` are the estimators whose median ``hybrid`` takes.
    """

    f0_method: F0Method = choice(F0Method.FCPE, "음높이 추출", "Pitch extraction")
    f0_hybrid: tuple[F0Method, ...] = Field(
        (F0Method.FCPE, F0Method.SWIFT_F0, F0Method.CREPE_TINY),
        min_length=2,
        max_length=5,
        **knob("하이브리드 구성", "Estimators of the hybrid"),
    )
    f0_low_hz: float = number(50.0, 30.0, 400.0, "최저 음높이", "Lowest pitch", "Hz")
    f0_high_hz: float = number(1100.0, 300.0, 2000.0, "최고 음높이", "Highest pitch", "Hz")
    octave_repair: bool = choice(True, "옥타브 튐 보정", "Repair octave jumps")

    @model_validator(mode="after")
    def _check_pitch(self) -> Self:
        if self.f0_low_hz * 2 > self.f0_high_hz:
            raise ValueError("f0_high_hz must lie at least an octave above f0_low_hz")
        if F0Method.HYBRID in self.f0_hybrid or len(set(self.f0_hybrid)) < len(self.f0_hybrid):
            raise ValueError("f0_hybrid takes different single estimators")
        return self


class ExportKnobs(Frozen):
    """How a file is written. ``loudness_lufs`` 0 leaves the loudness as it is.

    Loudness (integrated LUFS) and true peak (dBTP) after ITU-R BS.1770-4.
    """

    output_format: AudioFormat = choice(
        AudioFormat.FLAC, "파일 형식", "File format", advanced=SIMPLE
    )
    bit_depth: BitDepth = choice(BitDepth.INT_24, "비트 깊이", "Bit depth")
    output_rate: ExportRate = choice(
        ExportRate.SAME, "출력 샘플레이트(0: 그대로)", "Export sample rate (0: as made)"
    )
    loudness_lufs: float = number(
        0.0, -40.0, 0.0, "목표 음량(0: 그대로)", "Loudness target (0: as it is)", "LUFS"
    )
    true_peak_db: float = number(-1.0, -12.0, 0.0, "트루 피크 한도", "True-peak limit", "dBTP")


class ConvertParams(PitchKnobs, ExportKnobs):
    """How a song is converted.

    ``pitch_shift`` is added to what ``auto_key`` finds. ``autotune`` 0..1 is how far F0 is drawn to
    the notes of the key, after the shift. ``gap_threshold_db`` is below the song's loudest second:
    what is quieter counts as a gap and is silent in the result where ``clean_gaps`` is on;
    ``breath`` is how loud breaths stay. ``loudness_mix`` 0 gives each moment the song's loudness, 1
    leaves the voice's own; as a whole the result is as loud as the song, or ``loudness_lufs``.
    """

    pitch_shift: float = number(0.0, -24.0, 24.0, "키 변경", "Pitch", "semitones", advanced=SIMPLE)
    auto_key: AutoKey = choice(AutoKey.OFF, "자동 키", "Automatic key", advanced=SIMPLE)
    autotune: float = number(0.0, 0.0, 1.0, "오토튠 강도", "Autotune strength")
    autotune_key: Tonic = choice(Tonic.C, "오토튠 으뜸음", "Autotune key")
    autotune_scale: Scale = choice(Scale.CHROMATIC, "오토튠 음계", "Autotune scale")
    formant_shift: float = number(0.0, -6.0, 6.0, "포먼트 이동", "Formant shift", "semitones")
    index_rate: float = number(0.75, 0.0, 1.0, "음색 검색 비율", "Index rate")
    protect: float = number(0.33, 0.0, 0.5, "자음 보호", "Consonant protection")
    loudness_mix: float = number(
        0.25, 0.0, 1.0, "음량 곡선(0: 원곡, 1: 목소리)", "Loudness curve (0: song's, 1: voice's)"
    )
    speaker: int = number(0, 0, 255, "화자 번호", "Speaker number")
    clean_gaps: bool = choice(True, "무음 구간 잡음 제거", "No noise in gaps")
    gap_threshold_db: float = number(-55.0, -90.0, -20.0, "무음 기준", "Gap threshold", "dB")
    breath: float = number(1.0, 0.0, 1.0, "숨소리 크기", "Breath level")
    seed: Seed = 1234


class SeparateKnobs(Frozen):
    separator: SeparatorName = choice(SeparatorName.AUTO, "분리 모델", "Separation model")


class SeparateParams(SeparateKnobs, ExportKnobs):
    """A song into vocals and instrumental; both at the song's own rate and channels."""


class PreprocessParams(ExportKnobs):
    """A recording made ready for training: one cleaned mono file.

    In this order: ``separate`` takes the vocals out of a mix, high-pass (0: off), ``denoise`` 0..1,
    gate (-90: off), silences above a second cut (``slice``), loudness.
    """

    separate: bool = choice(False, "보컬 먼저 분리", "Take the vocals out first", advanced=SIMPLE)
    separator: SeparatorName = choice(SeparatorName.AUTO, "분리 모델", "Separation model")
    high_pass_hz: float = number(60.0, 0.0, 300.0, "저역 차단(0: 끔)", "High-pass (0: off)", "Hz")
    denoise: float = number(1.0, 0.0, 1.0, "잡음 제거", "Denoise", advanced=SIMPLE)
    gate_db: float = number(-90.0, -90.0, -20.0, "게이트(-90: 끔)", "Gate (-90: off)", "dBFS")
    slice: bool = choice(True, "긴 무음 잘라내기", "Cut long silences", advanced=SIMPLE)
    loudness_lufs: float = number(
        -20.0, -40.0, 0.0, "목표 음량(0: 그대로)", "Loudness target (0: as it is)", "LUFS"
    )


class AnalyseParams(Frozen):
    """How a dataset is examined for its report card."""

    f0_method: F0Method = choice(F0Method.SWIFT_F0, "음높이 추출", "Pitch extraction")


class ImportParams(Frozen):
    """Nothing is asked of an import: the file says what it is."""


class EffectKnobs(Frozen):
    """What the converted vocal goes through, in this order; by default a light vocal chain."""

    gate_db: float = number(-90.0, -90.0, -20.0, "게이트(-90: 끔)", "Gate (-90: off)", "dBFS")
    high_pass_hz: float = number(80.0, 0.0, 400.0, "저역 차단(0: 끔)", "High-pass (0: off)", "Hz")
    eq_low_db: float = number(0.0, -12.0, 12.0, "저음(200 Hz)", "Low shelf (200 Hz)", "dB")
    eq_mid_db: float = number(0.0, -12.0, 12.0, "중음(2.5 kHz)", "Mid bell (2.5 kHz)", "dB")
    eq_high_db: float = number(0.0, -12.0, 12.0, "고음(8 kHz)", "High shelf (8 kHz)", "dB")
    compressor_threshold_db: float = number(
        -18.0, -60.0, 0.0, "컴프레서 기준", "Compressor threshold", "dBFS"
    )
    compressor_ratio: float = number(
        2.5, 1.0, 20.0, "컴프레서 비율(1: 끔)", "Compressor ratio (1: off)"
    )
    chorus: float = number(0.0, 0.0, 1.0, "코러스", "Chorus")
    delay: float = number(0.0, 0.0, 1.0, "딜레이", "Delay")
    delay_ms: float = number(350.0, 20.0, 2000.0, "딜레이 간격", "Delay time", "ms")
    delay_feedback: float = number(0.3, 0.0, 0.9, "딜레이 반복", "Delay feedback")
    reverb: float = number(0.12, 0.0, 1.0, "리버브", "Reverb", advanced=SIMPLE)
    reverb_s: float = number(1.6, 0.2, 8.0, "리버브 길이", "Reverb time", "s")


class MixKnobs(Frozen):
    """Gains of a cover's stems; -60 mutes."""

    lead_db: float = number(0.0, -60.0, 12.0, "보컬 볼륨", "Vocal level", "dB", advanced=SIMPLE)
    backing_db: float = number(-3.0, -60.0, 12.0, "코러스 보컬 볼륨", "Backing level", "dB")
    instrumental_db: float = number(
        0.0, -60.0, 12.0, "반주 볼륨", "Instrumental level", "dB", advanced=SIMPLE
    )


class CoverParams(ConvertParams, SeparateKnobs, EffectKnobs, MixKnobs):
    """A whole song in another voice: separate, convert, effects, mix.

    ``convert_backing`` also converts an uploaded backing stem. The key only moves by octaves where
    it is automatic, since the instrumental stays.
    """

    auto_key: AutoKey = choice(AutoKey.OCTAVES, "자동 키", "Automatic key", advanced=SIMPLE)
    convert_backing: bool = choice(False, "코러스 보컬도 변환", "Convert the backing vocals too")
    loudness_lufs: float = number(
        -14.0, -40.0, 0.0, "목표 음량(0: 그대로)", "Loudness target (0: as it is)", "LUFS"
    )

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        if self.auto_key is AutoKey.SEMITONES:
            raise ValueError("auto_key of a cover moves by octaves only: the instrumental stays")
        return self
