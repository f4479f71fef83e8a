"""From what threshold on a figure is a defect, and what people are told to do.

A warning means that the voice will audibly suffer; a hint that it could be better. ``late_db`` and
the like are explained where they are measured.
"""

from gpu_worker.contract.report_card import Advice, Defect, Finding, Severity

from .measure import Figures
from .singers import Foreign

CLIPPING = (5e-5, 3e-4, 5e-3)
"""Share of samples: hint, warning, serious. A warning is some clipped peaks a second."""
SNR_DB, ECHO_SNR_DB = (30.0, 24.0, 14.0), 15.0
BANDWIDTH_HZ = (15_000.0, 11_200.0, 8_600.0)
REVERB_S, REVERB_LATE_DB = (0.75, 1.4), (-34.0, -23.0)
"""RT60 and the fall after 0.4 s that it must come with: warning, serious."""
SERIOUS_BLEED_DB = -12.0
OTHER_VOICE = 0.62
"""Cosine of speaker embeddings: two people; above, perhaps one who sings and speaks."""
QUIET_DB = (-36.0, -46.0)
SILENCE_SHARE, LONG_S = 0.7, 20.0

_LEVELS = (Severity.HINT, Severity.WARNING, Severity.SERIOUS)


def file_findings(
    figures: Figures, foreign: Foreign | None, copy_of: tuple[str, str] | None
) -> tuple[Finding, ...]:
    """Of one readable file, the worst first. ``copy_of`` is the id and name of its original."""
    if figures.activity.usable_s == 0:
        return (_silent(),)
    found = [
        _clipping(figures),
        _noise(figures),
        _bleed(figures),
        _reverb(figures),
        _bandwidth(figures),
        _quiet(figures),
        _gaps(figures),
        _second_singer(foreign),
        _duplicate(copy_of),
    ]
    present = [finding for finding in found if finding is not None]
    return tuple(sorted(present, key=lambda finding: -_LEVELS.index(finding.severity)))


def _level(value: float, limits: tuple[float, ...], falling: bool = False) -> Severity | None:
    """The worst severity whose limit ``value`` has reached."""
    sign = -1 if falling else 1
    reached = [s for s, limit in zip(_LEVELS, limits, strict=True) if sign * (value - limit) >= 0]
    return reached[-1] if reached else None


def _clipping(figures: Figures) -> Finding | None:
    severity = _level(figures.clipping, CLIPPING)
    if severity is None:
        return None
    return Finding(
        defect=Defect.CLIPPING,
        severity=severity,
        advice=Advice.NOTHING if severity is Severity.HINT else Advice.RECORD_AGAIN,
        value=figures.clipping,
        ko="큰 소리가 찌그러져 있습니다. 입력 음량을 낮춰 다시 녹음하거나, 찌그러지지 않은 원본을 "
        "사용해 주세요.",
        en="Loud notes are clipped. Record again with a lower input level, or use an original that "
        "isn't clipped.",
    )


def _noise(figures: Figures) -> Finding | None:
    if figures.snr_db is None or figures.bleed.found:
        return None
    severity = _level(figures.snr_db, SNR_DB, falling=True)
    # What a room fills the gaps with is no noise.
    echo = figures.snr_db > ECHO_SNR_DB and _reverb(figures) is not None
    if severity is None or echo:
        return None
    return Finding(
        defect=Defect.NOISE,
        severity=severity,
        advice=Advice.DENOISE,
        value=round(figures.snr_db, 1),
        ko=f"배경 잡음이 목소리보다 {figures.snr_db:.0f} dB 작을 뿐입니다. 잡음 제거를 거치거나, "
        "조용한 곳에서 다시 녹음해 주세요.",
        en=f"Background noise is only {figures.snr_db:.0f} dB below the voice. Let it be denoised, "
        "or record again in a quiet place.",
    )


def _bleed(figures: Figures) -> Finding | None:
    if not figures.bleed.found:
        return None
    level = figures.bleed.level_db
    return Finding(
        defect=Defect.BLEED,
        severity=Severity.SERIOUS if level >= SERIOUS_BLEED_DB else Severity.WARNING,
        advice=Advice.SEPARATE,
        value=round(level, 1),
        ko="목소리 뒤로 반주가 들립니다. 보컬 분리를 거치거나, 반주는 헤드폰으로 들으며 다시 "
        "녹음해 주세요.",
        en="Music can be heard behind the voice. Let the vocals be separated, or record again with "
        "the music on headphones.",
    )


def _reverb(figures: Figures) -> Finding | None:
    # Accompaniment goes on when the voice stops, and looks like a room.
    if figures.reverb is None or figures.bleed.found:
        return None
    rt60, late = figures.reverb.rt60_s, figures.reverb.late_db
    if rt60 < REVERB_S[0] or late < REVERB_LATE_DB[0]:
        return None
    serious = rt60 >= REVERB_S[1] and late >= REVERB_LATE_DB[1]
    return Finding(
        defect=Defect.REVERB,
        severity=Severity.SERIOUS if serious else Severity.WARNING,
        advice=Advice.RECORD_AGAIN,
        value=round(rt60, 2),
        ko=f"울림이 많습니다(잔향 약 {rt60:.1f}초). 스튜디오가 울림을 없앨 수는 없으니, 리버브 "
        "효과를 끄고 커튼이나 이불이 있는 작은 방에서 마이크 가까이 다시 녹음해 주세요.",
        en=f"There is a lot of reverb (about {rt60:.1f} s), which the studio can't remove. Turn "
        "effects off and record again, close to the microphone, in a small room with curtains or "
        "blankets.",
    )


def _bandwidth(figures: Figures) -> Finding | None:
    if figures.bandwidth_hz is None:
        return None
    severity = _level(figures.bandwidth_hz, BANDWIDTH_HZ, falling=True)
    if severity is None:
        return None
    khz = f"{figures.bandwidth_hz / 1000:.1f} kHz"
    return Finding(
        defect=Defect.BANDWIDTH,
        severity=severity,
        advice=Advice.NOTHING if severity is Severity.HINT else Advice.RECORD_AGAIN,
        value=round(figures.bandwidth_hz),
        ko=f"{khz}보다 높은 소리가 없습니다. 낮은 음질로 저장된 적이 있는 파일로 보이니, 가능하면 "
        "원본(WAV, FLAC)을 사용해 주세요.",
        en=f"There is nothing above {khz}: the file was probably saved at low quality once. Use "
        "the original (WAV, FLAC) if you have it.",
    )


def _quiet(figures: Figures) -> Finding | None:
    level = figures.activity.voice_db
    if level > QUIET_DB[0]:
        return None
    return Finding(
        defect=Defect.QUIET,
        severity=Severity.WARNING if level <= QUIET_DB[1] else Severity.HINT,
        advice=Advice.RECORD_AGAIN if level <= QUIET_DB[1] else Advice.NOTHING,
        value=round(level, 1),
        ko="녹음된 소리가 작습니다. 음량은 자동으로 맞추지만, 다음에는 마이크에 더 가까이서 "
        "녹음해 주세요.",
        en="The recording is quiet. Its level is raised automatically; next time, record closer to "
        "the microphone.",
    )


def _gaps(figures: Figures) -> Finding | None:
    silence = 1 - figures.activity.usable_s / figures.duration_s
    if silence < SILENCE_SHARE or figures.duration_s < LONG_S:
        return None
    return Finding(
        defect=Defect.SILENCE,
        severity=Severity.HINT,
        advice=Advice.NOTHING,
        value=round(silence, 2),
        ko=f"{silence:.0%}가 무음입니다. 무음은 자동으로 빠지므로, 목소리가 있는 부분만 학습에 "
        "사용됩니다.",
        en=f"{silence:.0%} of it is silence. Silence is left out automatically; only the parts "
        "with a voice are used.",
    )


def _second_singer(foreign: Foreign | None) -> Finding | None:
    if foreign is None or not foreign.found:
        return None
    surely = foreign.similarity < OTHER_VOICE
    return Finding(
        defect=Defect.SECOND_SINGER,
        severity=Severity.SERIOUS if surely else Severity.WARNING,
        advice=Advice.REMOVE,
        value=round(foreign.share, 2),
        ko=f"이 파일의 약 {foreign.share:.0%}는 다른 사람의 목소리로 들립니다. 다른 사람이라면 그 "
        "부분이나 파일을 빼 주세요. 같은 사람의 다른 창법이라면 그대로 두어도 됩니다.",
        en=f"About {foreign.share:.0%} of this file sounds like somebody else. If it is another "
        "person, remove that part or the file; another style of the same singer can stay.",
    )


def _duplicate(copy_of: tuple[str, str] | None) -> Finding | None:
    if copy_of is None:
        return None
    other, name = copy_of
    name = name if len(name) <= 80 else f"{name[:79]}…"
    return Finding(
        defect=Defect.DUPLICATE,
        severity=Severity.WARNING,
        advice=Advice.REMOVE,
        others=(other,),
        ko=f"'{name}'와 같은 녹음입니다. 같은 소리가 두 번 학습되지 않도록 하나를 빼 주세요.",
        en=f"This is the same recording as '{name}'. Remove one of them, so that it isn't learnt "
        "twice.",
    )


def _silent() -> Finding:
    return Finding(
        defect=Defect.SILENCE,
        severity=Severity.SERIOUS,
        advice=Advice.REMOVE,
        value=1.0,
        ko="목소리가 들리지 않습니다. 이 파일을 빼거나, 목소리가 들리는 녹음으로 바꿔 주세요.",
        en="No voice can be heard. Remove this file, or replace it with one that has a voice.",
    )
