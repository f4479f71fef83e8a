"""What the knobs of a conversion do to real singing: each alone against the same conversion."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.proof.base import Bench, Expected, Floats, Listener, Table, Voice, rounded
from benchmarks.proof.listening import curve_off, envelope_shift, follow, note_cents
from gpu_worker.contract.params import AutoKey, ConvertParams
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.sound.audio import decode, resample
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.tasks.conversion import load_converter

HOW = (
    "One knob moved, all else as in the first row (the default in the voice's octave); same "
    "seed. F0 by SwiftF0: median difference to the first row in cents. Formants: by how many "
    "semitones the long-term envelope of voiced frames lies higher than there. Notes: held ones, "
    "the median distance of their middles from the nearest semitone, and the share within 10 "
    "cents. Curve off: by how much the loudness of 400 ms differs from the source's, all at one "
    "level (median). LUFS as the voice gives it: a customer's file is as loud as its source."
)
_CURVES = (0.0, 0.5, 1.0)
_SAME_PITCH, _SAME_FORMANTS = Expected(-10, 10), Expected(-0.7, 0.7)


@dataclass(frozen=True, slots=True)
class _Trial:
    name: str
    params: ConvertParams
    cents: Expected = _SAME_PITCH
    formants: Expected = _SAME_FORMANTS


def knob_effects(bench: Bench, voice: Voice, source: Path, seconds: float) -> Table:
    """Formant, autotune, key and loudness on the first ``seconds`` of real singing."""
    wave = decode(source, CONTENT_RATE)[0][: round(seconds * CONTENT_RATE)]
    table = Table("knobs", f"Knobs on {len(wave) / CONTENT_RATE:.0f} s of sung clips", HOW)
    converter = load_converter([voice.files], ConvertParams(), bench.tools, Listener())
    base = _converted(converter, wave, _knobs())
    for trial in _trials():
        result = _converted(converter, wave, trial.params)
        _judge(table, bench, trial, wave, base, result)
    _judge_loudness(table, wave)
    autotuned = next(row for row in table.rows if row["knob"] == "autotune 1, chromatic")
    if autotuned["notes off, cents"] is not None and not Expected(high=10).holds(
        float(str(autotuned["notes off, cents"]))
    ):
        table.bad.append(f"autotune 1 leaves notes {autotuned['notes off, cents']} cents off")
    return table


def _judge_loudness(table: Table, source: Floats) -> None:
    """At 0 the song's own loudness, and the further the knob, the further from its curve."""
    rows = {str(row["knob"]): row for row in table.rows}
    curves = [rows[f"loudness curve {mix:g}"]["curve off, LU"] for mix in _CURVES]
    off = [np.nan if curve is None else float(curve) for curve in curves]
    if not (off[0] < 1 and off == sorted(off)):
        table.bad.append(f"loudness curves are {off} LU off, below 1 and rising was expected")
    wanted, heard = integrated_lufs(source, CONTENT_RATE), rows["loudness curve 0"]["LUFS"]
    if wanted is not None and (heard is None or abs(float(heard) - wanted) > 1):
        table.bad.append(f"loudness curve 0 is at {heard} LUFS, the source at {wanted:.1f}")


def _trials() -> list[_Trial]:
    free = Expected()
    return [
        _Trial("default", _knobs()),
        _Trial("formant +3", _knobs(formant_shift=3), formants=Expected(1.5, 4.5)),
        _Trial("formant -3", _knobs(formant_shift=-3), formants=Expected(-4.5, -1.5)),
        _Trial("autotune 1, chromatic", _knobs(autotune=1.0), cents=Expected(-50, 50)),
        _Trial("pitch +4.5", _knobs(pitch_shift=4.5), Expected(440, 460), free),
        _Trial("pitch -7", _knobs(pitch_shift=-7), Expected(-710, -690), free),
        *(_Trial(f"loudness curve {mix:g}", _knobs(loudness_mix=mix)) for mix in _CURVES),
        _Trial("index rate 0", _knobs(index_rate=0.0), formants=free),
        _Trial("protect 0", _knobs(protect=0.0)),
    ]


def _knobs(**moved: float) -> ConvertParams:
    return ConvertParams.model_validate({"auto_key": AutoKey.OCTAVES, **moved})


def _converted(converter: Converter, wave: Floats, params: ConvertParams) -> Floats:
    """At 16 kHz, as loud as it comes."""
    conversion = converter.stream(wave, params)
    audio = np.concatenate(list(conversion.blocks))
    return resample(audio, conversion.sample_rate, CONTENT_RATE)


def _judge(
    table: Table, bench: Bench, trial: _Trial, source: Floats, base: Floats, result: Floats
) -> None:
    f0, base_f0 = bench.ears.f0.estimate(result), bench.ears.f0.estimate(base)
    followed = follow(base_f0, f0)
    length = min(len(f0), len(base_f0))
    both = np.where(f0[:length] > 0, base_f0[:length], 0)
    notes = np.abs(note_cents(f0))
    table.add(
        {
            "knob": trial.name,
            "F0 moved, cents": rounded(followed.cents, 1),
            "F0 correlation": rounded(followed.correlation, 3),
            "formants moved": rounded(envelope_shift(base, result, both), 1),
            "notes": float(len(notes)),
            "notes off, cents": rounded(float(np.median(notes)), 1) if len(notes) else None,
            "within 10 cents, %": rounded(100 * float((notes <= 10).mean()), 0)
            if len(notes)
            else None,
            "curve off, LU": rounded(curve_off(source, result)),
            "LUFS": rounded(integrated_lufs(result, CONTENT_RATE), 1),
        },
        **{"F0 moved, cents": trial.cents, "formants moved": trial.formants},
    )
