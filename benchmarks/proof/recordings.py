"""Recordings before a training: noise taken away, and what the report card says of real ones."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import signal

from benchmarks.material import write_wave
from benchmarks.proof.base import Bench, Expected, Floats, Listener, Table, rounded
from benchmarks.proof.listening import follow, level_db, sdr
from gpu_worker.contract.params import AnalyseParams, BitDepth, PreprocessParams
from gpu_worker.contract.report_card import DatasetCard, Defect
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.learning.scoring import is_speech
from gpu_worker.engine.sound.audio import decode, resample
from gpu_worker.engine.stop import never
from gpu_worker.tasks import Recorded, analyse, preprocess

SNR_DB = 10.0
NOISES = ("none", "white", "brown", "mains hum")
HOW_DENOISE = (
    f"Noise made here, {SNR_DB:g} dB below the voice, then `preprocess` with nothing but denoising "
    "at full strength. SDR in dB against the clean recording, before and after; F0 by SwiftF0 "
    "against that of the clean recording; DNSMOS of speech only."
)
HOW_CARD = (
    "`analyse` of the recordings as they are. Nothing was planted: every finding is either true of "
    "them or false; `expected` is what is known to be true. Time as a share of their length."
)


def denoising(bench: Bench, recordings: dict[str, Path], seconds: float) -> Table:
    """Every recording under every noise."""
    table = Table("denoising", "Noise taken away", HOW_DENOISE)
    knobs = PreprocessParams(
        high_pass_hz=0.0, slice=False, loudness_lufs=0.0, true_peak_db=0.0,
        bit_depth=BitDepth.FLOAT_32,
    )  # fmt: skip
    for name, path in recordings.items():
        clean, rate = decode(path)
        clean = 0.5 * clean[: round(seconds * rate)]
        for noise in NOISES:
            noisy = clean + _noise(noise, clean, rate)
            folder = bench.place("denoised")
            write_wave(folder / "noisy.wav", noisy, rate)
            started = time.monotonic()
            made = preprocess(folder / "noisy.wav", knobs, folder, bench.tools, Listener(), never)
            took_s = time.monotonic() - started
            result = decode(next(iter(made.files.values())), rate)[0]
            _judge(table, bench, f"{name}, {noise}", (clean, noisy, result), rate)
            table.rows[-1]["seconds a second"] = rounded(took_s / (len(clean) / rate), 3)
    return table


def _judge(
    table: Table, bench: Bench, name: str, waves: tuple[Floats, Floats, Floats], rate: int
) -> None:
    clean, noisy, result = waves
    heard = [resample(np.ascontiguousarray(wave), rate, CONTENT_RATE) for wave in waves]
    f0 = [bench.ears.f0.estimate(wave) for wave in heard]
    followed = follow(f0[0], f0[2])
    before, after = sdr(clean, noisy), sdr(clean, result)
    rated: list[float | None] = [None] * 3
    if bench.ears.dnsmos is not None and is_speech(f0[0]):
        rated = [rounded(bench.ears.dnsmos.overall(wave)) for wave in heard]
    was_clean = before > 50
    table.add(
        {
            "recording, noise": name,
            "SDR before": None if was_clean else rounded(before, 1),
            "SDR": rounded(after, 1),
            "DNSMOS clean": rated[0],
            "DNSMOS before": rated[1],
            "DNSMOS": rated[2],
            "within 50 cents, %": rounded(100 * followed.close, 1),
            "voiced kept, %": rounded(100 * followed.kept, 1),
            "level, dB": rounded(level_db(result) - level_db(clean), 1),
        },
        SDR=Expected(20) if was_clean else Expected(before + 3),
        **{"voiced kept, %": Expected(85), "level, dB": Expected(-1.5, 1.0)},
    )


def _noise(name: str, clean: Floats, rate: int) -> Floats:
    source = np.random.default_rng(0).standard_normal(len(clean))
    if name == "none":
        return np.zeros_like(clean)
    if name == "brown":
        # A leaky sum: traffic and ventilation.
        source = signal.lfilter([1.0], [1.0, -0.99], source)
    if name == "mains hum":
        t = np.arange(len(clean)) / rate
        source = sum((np.sin(2 * np.pi * 50 * k * t + k) / k for k in range(1, 9)), 0 * t)
    gain = 10 ** ((level_db(clean) - SNR_DB - level_db(source)) / 20)
    noise: Floats = (gain * source).astype(np.float32)
    return noise


def report_cards(bench: Bench, datasets: dict[str, tuple[Sequence[Path], set[Defect]]]) -> Table:
    """Each dataset with the defects that it is known to have."""
    table = Table("report card", "The report card of real recordings", HOW_CARD)
    for name, (paths, known) in datasets.items():
        files = [Recorded(str(number), path.name, path) for number, path in enumerate(paths)]
        made = analyse(files, AnalyseParams(), bench.tools, Listener(), never)
        _tell(table, name, made.result.card, made.result.seconds, known)
    return table


def _tell(table: Table, name: str, card: DatasetCard, took_s: float, known: set[Defect]) -> None:
    found: dict[Defect, list[str]] = {}
    for file in card.files:
        for finding in file.findings:
            found.setdefault(finding.defect, []).append(file.name)
    for finding in card.findings:
        found.setdefault(finding.defect, []).append("the whole")
    snrs = [file.snr_db for file in card.files if file.snr_db is not None]
    rooms = [file.reverb_s for file in card.files if file.reverb_s is not None]
    table.add(
        {
            "recordings": f"{name} ({len(card.files)})",
            "usable of s": f"{card.usable_s:.0f} of {card.duration_s:.0f}",
            "verdict": str(card.verdict),
            "found": ", ".join(f"{d} ({len(names)})" for d, names in found.items()) or "nothing",
            "expected": ", ".join(sorted(known)) or "nothing",
            "SNR, dB": rounded(float(np.median(snrs)), 0) if snrs else None,
            "RT60, s": rounded(float(np.median(rooms))) if rooms else None,
            "F0, Hz": f"{card.f0_low_hz} / {card.f0_median_hz} / {card.f0_high_hz}",
            "time, %": rounded(100 * took_s / card.duration_s, 1),
        },
        **{"time, %": Expected(high=10)},
    )
    for defect, names in found.items():
        if defect not in known:
            shown = ", ".join(names[:6]) + (" ..." if len(names) > 6 else "")
            table.bad.append(f"{name}: finds {defect} in {shown}")
    for defect in sorted(known - set(found)):
        table.bad.append(f"{name}: misses {defect}")
