"""Real speech and real singing converted to a real voice: melody, identity, silence, length."""

import time
from pathlib import Path

import numpy as np

from benchmarks.proof.base import Bench, Expected, Floats, Listener, Table, Voice, rounded
from benchmarks.proof.listening import Followed, follow, pause_level
from gpu_worker.contract.job import ConvertResult
from gpu_worker.contract.params import AutoKey, ConvertParams, F0Method
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.learning.evaluation import cosine
from gpu_worker.engine.learning.scoring import is_speech
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.sound.audio import decode, probe
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.engine.stop import never
from gpu_worker.tasks import convert

HOW = (
    "FCPE leads, SwiftF0 hears song and result; F0 correlation of log F0 where both are voiced. "
    "`FCPE itself`: how far both estimators agree on the source, the most that can be reached. "
    "`to singer`, `to source`: cosine of Resemblyzer embeddings of the result, `source to singer` "
    "of the source itself. DNSMOS of speech only. Pauses: level of the result where the source "
    "rests, against its loudness. Automatic key by octaves."
)


def conversions(bench: Bench, voice: Voice, sources: dict[str, Path]) -> Table:
    """Every source through the default conversion with the key moved by octaves."""
    table = Table("conversion", "Conversions to that voice", HOW)
    for name, source in sources.items():
        folder = bench.place(f"converted-{len(table.rows)}")
        params = ConvertParams(auto_key=AutoKey.OCTAVES)
        started = time.monotonic()
        made = convert(source, [voice.files], params, folder, bench.tools, Listener(), never)
        took_s = time.monotonic() - started
        _judge(table, bench, voice, name, source, next(iter(made.files.values())), made.result)
        table.rows[-1]["seconds a second"] = rounded(took_s / made.result.output.duration_s)
    return table


def melody_of(bench: Bench, source: Floats, result: Floats, shift: float) -> Followed:
    """How the result (16 kHz) follows the source (16 kHz) moved by ``shift`` semitones."""
    wanted = bench.ears.f0.estimate(source) * np.float32(2 ** (shift / 12))
    return follow(wanted, bench.ears.f0.estimate(result))


def _judge(
    table: Table,
    bench: Bench,
    voice: Voice,
    name: str,
    source: Path,
    output: Path,
    facts: ConvertResult,
) -> None:
    ear = bench.ears.speaker
    assert ear is not None
    before, after = decode(source, CONTENT_RATE)[0], decode(output, CONTENT_RATE)[0]
    followed = melody_of(bench, before, after, facts.key_shift)
    led = load_f0(F0Method.FCPE, bench.tools.weights, bench.tools.device).estimate(before)
    agreed = follow(bench.ears.f0.estimate(before), led)
    heard = ear.embed(after)
    loudness = integrated_lufs(after, CONTENT_RATE)
    pauses = pause_level(before, after)
    speech = bench.ears.dnsmos is not None and is_speech(bench.ears.f0.estimate(before))
    table.add(
        {
            "source": name,
            "key": facts.key_shift,
            "F0 correlation": rounded(followed.correlation, 3),
            "within 50 cents, %": rounded(100 * followed.close, 1),
            "FCPE itself, %": rounded(100 * agreed.close, 1),
            "octave off, %": rounded(100 * followed.octave, 1),
            "voiced kept, %": rounded(100 * followed.kept, 1),
            "to singer": rounded(cosine(heard, voice.singer)),
            "to source": rounded(cosine(heard, ear.embed(before))),
            "source to singer": rounded(cosine(ear.embed(before), voice.singer)),
            "DNSMOS before": _rated(bench, before) if speech else None,
            "DNSMOS": _rated(bench, after) if speech else None,
            "LUFS before": rounded(integrated_lufs(before, CONTENT_RATE), 1),
            "LUFS": rounded(loudness, 1),
            "pauses, LU": None if pauses is None or loudness is None else _below(pauses, loudness),
            "length off, ms": _length_off_ms(source, output),
        },
        **{
            "F0 correlation": Expected(0.95),
            "within 50 cents, %": Expected(85),
            "to singer": Expected(0.7),
            "pauses, LU": Expected(high=-50),
            "length off, ms": Expected(-1, 1),
            "LUFS": _near(integrated_lufs(before, CONTENT_RATE)),
        },
    )
    row = table.rows[-1]
    if float(str(row["to singer"])) < float(str(row["to source"])):
        table.bad.append(f"{name}: still sounds more like its source than like the singer")


def _near(lufs: float | None) -> Expected:
    """Within 1 LU."""
    return Expected() if lufs is None else Expected(round(lufs - 1, 1), round(lufs + 1, 1))


def _rated(bench: Bench, wave: Floats) -> float | None:
    return rounded(bench.ears.dnsmos.overall(wave)) if bench.ears.dnsmos else None


def _below(level: float, loudness: float) -> float:
    return round(level - loudness, 1)


def _length_off_ms(source: Path, output: Path) -> float:
    """How much longer the output is than its source."""
    own_rate, rate = probe(source).rate, probe(output).rate
    before, after = len(decode(source, own_rate)[0]), len(decode(output, rate)[0])
    return round(1000 * (after / rate - before / own_rate), 3)
