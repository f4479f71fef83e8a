"""Each way to hear pitch, on real singing: how far the estimators agree, and what each costs."""

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.proof.base import Bench, Expected, Row, Table, is_installed, rounded
from benchmarks.proof.listening import follow
from gpu_worker.contract.params import F0Method
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode

HOW = (
    "Each estimator as it hears (no repair of octaves) against the median of all single ones, "
    "frame by frame, where at least half of them hear a voice: share within 50 cents, an octave "
    "off, and voiced at all; then voiced where fewer than half do, of all frames. Time is of one "
    "run, loading left out."
)


def pitch_methods(bench: Bench, seconds: float) -> Table:
    """All estimators on the first ``seconds`` of the sung clips."""
    assert bench.material.sung is not None
    wave = decode(bench.material.sung, CONTENT_RATE)[0][: round(seconds * CONTENT_RATE)]
    heard: dict[F0Method, NDArray[np.floating]] = {}
    took: dict[F0Method, float] = {}
    table = Table("pitch", f"F0 estimators on {len(wave) / CONTENT_RATE:.0f} s of sung clips", HOW)
    for method in F0Method:
        if method is F0Method.RMVPE and not is_installed(bench.tools, method):
            continue
        estimator = load_f0(method, bench.tools.weights, bench.tools.device)
        started = time.monotonic()
        heard[method] = estimator.estimate(wave)
        took[method] = (time.monotonic() - started) / (len(wave) / CONTENT_RATE)
    single = np.stack([f0 for method, f0 in heard.items() if method is not F0Method.HYBRID])
    reference = consensus(single)
    for method, f0 in heard.items():
        row = _row(method, reference, f0)
        row["seconds a second"] = rounded(took[method], 3)
        table.add(row, **{"within 50 cents, %": Expected(90), "octave off, %": Expected(high=2)})
    return table


def consensus(estimates: NDArray[np.floating]) -> NDArray[np.float64]:
    """(estimators, frames) in Hz -> the median of those voiced, where at least half of them are."""
    voiced = estimates > 0
    enough = voiced.mean(axis=0) >= 0.5
    heard = np.where(voiced & enough, estimates, np.nan)
    heard[:, ~enough] = 0.0
    return np.asarray(np.nanmedian(heard, axis=0), np.float64)


def _row(method: F0Method, reference: NDArray[np.floating], f0: NDArray[np.floating]) -> Row:
    followed = follow(reference, f0)
    false = float(((f0 > 0) & (reference == 0)).mean())
    return {
        "method": str(method),
        "within 50 cents, %": rounded(100 * followed.close, 1),
        "octave off, %": rounded(100 * followed.octave, 1),
        "median off, cents": rounded(followed.cents, 1),
        "voiced of voiced, %": rounded(100 * followed.kept, 1),
        "voiced elsewhere, %": rounded(100 * false, 1),
        "median, Hz": rounded(float(np.median(f0[f0 > 0])), 1) if (f0 > 0).any() else None,
    }
