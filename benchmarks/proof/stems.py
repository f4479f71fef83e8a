"""Songs taken apart and made anew: separation of known mixes, and a cover of a real song."""

import time
from pathlib import Path

import numpy as np

from benchmarks.material import write_wave
from benchmarks.proof.base import Bench, Expected, Floats, Listener, Row, Table, Voice, rounded
from benchmarks.proof.conversion import melody_of
from benchmarks.proof.listening import level_db, sdr
from gpu_worker.contract.job import CoverResult
from gpu_worker.contract.params import BitDepth, CoverParams, SeparatorName
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.learning.evaluation import cosine
from gpu_worker.engine.separation import load_separator
from gpu_worker.engine.sound.audio import decode, decode_stereo
from gpu_worker.engine.sound.lufs import integrated_lufs
from gpu_worker.engine.stop import never
from gpu_worker.tasks import cover

RATE = 44_100
RATIO_DB = -7.1
"""Vocals to instrumental of the mixes, as of the song in the separation's data package."""
_PEAK = 0.7
_HEADROOM_DB = -12.0

HOW_SEPARATION = (
    f"Vocals in the middle, {-RATIO_DB:g} dB below music without singing, at 44.1 kHz; Spleeter's "
    "two stems. SDR in dB over all samples, neither gain nor filter forgiven: of the mix taken for "
    "the stem, and of the stem. Sum: the stems' sum against the mix."
)
HOW_COVER = (
    "A song of 10.9 s with vocals through a whole cover: Spleeter, conversion to the voice above, "
    "light effects. F0 as SwiftF0 hears it, lead against separated vocals. The default goes to -14 "
    "LUFS; the plain one is of the song at half its level, leaves the loudness and gives headroom: "
    "mix = acapella + instrumental can be held sample by sample there."
)


def separations(bench: Bench, vocals: dict[str, Path], seconds: float) -> Table:
    """Every vocal over every piece of music, at most ``seconds`` of it."""
    table = Table("separation", "Separation of known mixes", HOW_SEPARATION)
    separator = load_separator(SeparatorName.SPLEETER, bench.tools.weights, bench.tools.device)
    for name, path in vocals.items():
        for piece in bench.material.music:
            vocal, instrumental = known_mix(path, piece, seconds)
            mix = vocal + instrumental
            started = time.monotonic()
            stems = separator.separate(mix, RATE)
            took_s = time.monotonic() - started
            sung, played = np.asarray(stems.vocals), np.asarray(stems.instrumental)
            table.add(
                {
                    "mix": f"{name} over {piece.stem}",
                    "vocals before": rounded(sdr(vocal, mix), 1),
                    "vocals": rounded(sdr(vocal, sung), 1),
                    "instrumental before": rounded(sdr(instrumental, mix), 1),
                    "instrumental": rounded(sdr(instrumental, played), 1),
                    "sum, dB": rounded(-sdr(mix, sung + played), 0),
                    "seconds a second": rounded(took_s / (len(mix) / RATE), 3),
                },
                vocals=Expected(4.0),
                instrumental=Expected(11.0),
                **{"sum, dB": Expected(high=-90)},
            )
    return table


def known_mix(vocal: Path, piece: Path, seconds: float) -> tuple[Floats, Floats]:
    """Both stems (T, 2) at 44.1 kHz, scaled to the ratio, their mix peaking at 0.7."""
    sung = decode(vocal, RATE)[0][: round(seconds * RATE)]
    played = decode_stereo(piece, RATE)[0][: len(sung)]
    sung = np.repeat(sung[: len(played), None], 2, axis=1)
    wanted = level_db(played) + RATIO_DB
    sung = sung * np.float32(10 ** ((wanted - level_db(sung)) / 20))
    gain = np.float32(_PEAK / np.abs(sung + played).max())
    return sung * gain, played * gain


def covers(bench: Bench, voice: Voice, song: Path) -> Table:
    """The default cover, and one without any loudness to hold the mix against its parts."""
    table = Table("cover", "A cover of a real song", HOW_COVER)
    plain = CoverParams(
        loudness_lufs=0.0,
        true_peak_db=0.0,
        lead_db=_HEADROOM_DB,
        instrumental_db=_HEADROOM_DB,
        bit_depth=BitDepth.FLOAT_32,
    )
    for name, params in (("default", CoverParams()), ("plain", plain)):
        folder = bench.place(f"cover-{name}")
        source = song if name == "default" else _quieter(song, folder / "song.wav")
        made = cover(source, None, [voice.files], params, folder, bench.tools, Listener(), never)
        _judge(table, bench, voice, name, made.result, made.files, params)
    return table


def _judge(
    table: Table,
    bench: Bench,
    voice: Voice,
    name: str,
    facts: CoverResult,
    files: object,
    params: CoverParams,
) -> None:
    ear = bench.ears.speaker
    assert ear is not None
    assert isinstance(files, dict)
    stems = {Path(path).stem: Path(path) for path in files.values()}
    vocals, lead = (decode(stems[stem], CONTENT_RATE)[0] for stem in ("vocals", "lead"))
    followed = melody_of(bench, vocals, lead, facts.key_shift)
    loudness: Row = {
        f"{sound.name.partition('.')[0]}, LUFS": rounded(sound.loudness_lufs, 1)
        for sound in facts.outputs
    }
    (mix,) = (sound for sound in facts.outputs if sound.name.startswith("mix"))
    is_plain = params.loudness_lufs == 0
    table.add(
        {
            "cover": name,
            **loudness,
            "mix peak, dBTP": rounded(mix.true_peak_db, 2),
            "mix - parts, dB": _residual_db(stems, params) if is_plain else None,
            "key": facts.key_shift,
            "F0 correlation": rounded(followed.correlation, 3),
            "within 50 cents, %": rounded(100 * followed.close, 1),
            "voiced kept, %": rounded(100 * followed.kept, 1),
            "to singer": rounded(cosine(ear.embed(lead), voice.singer)),
            "to source": rounded(cosine(ear.embed(lead), ear.embed(vocals))),
            "acapella - vocals, LU": _louder(stems["acapella"], stems["vocals"]),
            "length off, ms": rounded(1000 * (mix.duration_s - _seconds(stems["vocals"])), 3),
            "seconds a second": rounded(facts.seconds / mix.duration_s),
        },
        **{
            "mix - parts, dB": Expected(high=-80),
            "F0 correlation": Expected(0.9),
            "within 50 cents, %": Expected(75),
            "mix, LUFS": Expected(-14.5, -13.5) if not is_plain else Expected(),
            "mix peak, dBTP": Expected(high=params.true_peak_db + 0.1),
            "acapella - vocals, LU": Expected(params.lead_db - 1.5, params.lead_db + 1.5),
            "length off, ms": Expected(-1, 1),
        },
    )


def _quieter(song: Path, target: Path) -> Path:
    """The song at half the level: stems that peak at full scale are limited as they are written."""
    wave, rate = decode_stereo(song)
    write_wave(target, 0.5 * wave, rate)
    return target


def _residual_db(stems: dict[str, Path], params: CoverParams) -> float | None:
    """What the mix holds beyond acapella and instrumental, against the mix."""
    mix, rate = decode_stereo(stems["mix"])
    acapella, _ = decode_stereo(stems["acapella"], rate)
    instrumental, _ = decode_stereo(stems["instrumental"], rate)
    total = np.zeros_like(mix)
    total[: len(acapella)] += acapella[: len(mix)]
    played = instrumental[: len(mix)] * np.float32(10 ** (params.instrumental_db / 20))
    total[: len(played)] += played
    return rounded(-sdr(mix, total), 0)


def _louder(first: Path, second: Path) -> float | None:
    pair = [integrated_lufs(*decode_stereo(path)) for path in (first, second)]
    return None if pair[0] is None or pair[1] is None else rounded(pair[0] - pair[1], 1)


def _seconds(path: Path) -> float:
    wave, rate = decode(path)
    return len(wave) / rate
