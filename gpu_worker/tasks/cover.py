"""A cover: separate, convert, effects, mix; every stem on the way is kept."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.job import COVER_STEMS, CoverResult, Sound, sound_names
from gpu_worker.contract.params import AutoKey, CoverParams
from gpu_worker.contract.provenance import generated_stems
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.effects import stream_effects
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.progress import Listener
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.separation import Stems
from gpu_worker.engine.sound import audio
from gpu_worker.engine.sound.lufs import blocks_of, channels_of, integrated_lufs
from gpu_worker.engine.sound.mixing import mix, stem_gains
from gpu_worker.engine.sound.resampling import resample_blocks
from gpu_worker.engine.spool import spool
from gpu_worker.engine.stop import StopCheck

from .base import Floats, Made, Tools, VoiceFiles, as_made, part, write_sound
from .conversion import load_converter, tell_key
from .preparation import choose_separator, take_apart, tell_separator

_LOWEST_MIX_RATE = 44_100
_MOST_LEVELLING_DB = 15.0


def cover(
    source: Path,
    backing: Path | None,
    voices: Sequence[VoiceFiles],
    params: CoverParams,
    folder: Path,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
    *,
    song_ai: bool = False,
    backing_ai: bool = False,
) -> Made[CoverResult]:
    """Make a cover of a song in ``folder``; ``backing`` is an uploaded stem of backing vocals.

    ``song_ai`` and ``backing_ai`` say that these are AI-generated already. Raises ``JobError`` and
    ``Stopped``; AUDIO_SILENT where the song has no vocals.
    """
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    separator = choose_separator(params.separator, tools, report)
    with TemporaryDirectory(prefix=".cover-", dir=folder) as temporary:
        generated = generated_stems(params, song=song_ai, backing=backing_ai)
        studio = _Studio(params, folder, Path(temporary), report, stop, generated)
        rate = audio.probe(source).rate
        listener = part(report, Stage.SEPARATE, 0.03, 0.35)
        stems = take_apart(source, separator, studio.spool, listener, stop)
        tell_separator(separator.name, report)
        studio.write("vocals", np.asarray(stems.vocals), rate)
        studio.write("instrumental", np.asarray(stems.instrumental), rate)
        converter = load_converter(voices, params, tools, report)
        lead, key_shift = studio.convert_lead(converter, stems, rate)
        tell_key(key_shift, params, report)
        tracks = {"lead": (lead, converter.sample_rate)}
        if backing is not None:
            tracks["backing"] = studio.backing(backing, converter, key_shift)
        studio.mix_down(tracks, stems, rate)
    report.progress(Stage.MIX, 1.0)
    took_s = time.monotonic() - started
    length = f"{studio.sounds['mix'].duration_s:.1f}"
    report.log(
        f"{length}초 길이의 커버를 {took_s:.1f}초 만에 만들었습니다",
        f"Made a cover of {length} s in {took_s:.1f} s",
    )
    sounds = [studio.sounds[stem] for stem in COVER_STEMS if stem in studio.sounds]
    result = CoverResult(
        outputs=tuple(sounds), key_shift=key_shift, separator=separator.name, seconds=took_s
    )
    return Made(result, {sound.name: folder / sound.name for sound in sounds})


@dataclass(frozen=True, slots=True)
class _Studio:
    """One cover under way.

    ``spool`` holds what is not delivered, ``generated`` names the stems that are AI's.
    """

    params: CoverParams
    folder: Path
    spool: Path
    report: TrainReporter
    stop: StopCheck
    generated: frozenset[str]
    sounds: dict[str, Sound] = field(default_factory=dict)

    def write(self, stem: str, wave: Floats | Iterable[Floats], rate: int) -> None:
        """Deliver a stem; only the mix is brought to a loudness."""
        knobs = self.params if stem == "mix" else as_made(self.params)
        (name,) = sound_names((stem,), self.params)
        self.sounds[stem] = write_sound(
            self.folder / name, wave, rate, knobs, self.stop, ai_generated=stem in self.generated
        )

    def convert_lead(self, converter: Converter, stems: Stems, rate: int) -> tuple[Floats, float]:
        """The separated vocals in the new voice, and what the automatic key added."""
        vocals = np.asarray(stems.vocals)
        heard = self._heard(vocals, rate, "lead")
        listener = part(self.report, Stage.CONVERT, 0.4, 0.75)
        samples = round(len(vocals) * converter.sample_rate / rate)
        return self._converted(converter, heard, self.params, "lead", listener, samples)

    def backing(self, source: Path, converter: Converter, key_shift: float) -> tuple[Floats, int]:
        """The backing stem and its rate: in the new voice, as far as the lead, or as it is."""
        if not self.params.convert_backing:
            rate = audio.probe(source).rate
            wave, _ = audio.decode_stereo(source, rate, self.stop)
            self.write("backing", wave, rate)
            return wave, rate
        heard = audio.decode_to_disk(source, self.spool, CONTENT_RATE, stop=self.stop)
        params = self.params.model_copy(
            update={
                "auto_key": AutoKey.OFF,
                "pitch_shift": self.params.pitch_shift + key_shift,
            }
        )
        listener = part(self.report, Stage.CONVERT, 0.75, 0.85)
        wave, _ = self._converted(converter, heard, params, "backing", listener)
        return wave, converter.sample_rate

    def mix_down(self, vocals: dict[str, tuple[Floats, int]], stems: Stems, rate: int) -> None:
        """Vocals through the effects make the acapella; with the instrumental, the mix.

        At 0 dB the lead is as loud as the vocals that it replaces, whatever the effects do.
        """
        mix_rate = max(rate, _LOWEST_MIX_RATE)
        gains = stem_gains(self.params)
        self.report.progress(Stage.EFFECTS, 0.86)
        originals = {"lead": (np.asarray(stems.vocals), rate)}
        treated = {}
        for stem, (wave, own_rate) in vocals.items():
            sound = self._treated(stem, wave, own_rate, mix_rate)
            treated[stem] = (sound, mix_rate)
            gains[stem] += _louder(*originals.get(stem, (wave, own_rate)), sound, mix_rate)
        acapella = spool(self.spool / "acapella.f32", mix(treated, gains, mix_rate, self.stop))
        self.write("acapella", acapella, mix_rate)
        self.report.progress(Stage.MIX, 0.93)
        tracks: dict[str, tuple[Floats, int]] = {
            "acapella": (acapella, mix_rate),
            "instrumental": (np.asarray(stems.instrumental), rate),
        }
        self.write("mix", mix(tracks, {**gains, "acapella": 0.0}, mix_rate, self.stop), mix_rate)

    def _treated(self, stem: str, wave: Floats, rate: int, mix_rate: int) -> Floats:
        """(T,) or (T, C) behind the effects, (T', 2) at the rate of the mix, on disk."""
        blocks = resample_blocks(blocks_of(wave), rate, mix_rate)
        effects = stream_effects(blocks, mix_rate, self.params, self.stop)
        return spool(self.spool / f"{stem}-treated.f32", effects)

    def _heard(self, wave: Floats, rate: int, name: str) -> Floats:
        """(T, C) as the conversion hears it: mono at 16 kHz, on disk."""
        mono = (block.mean(axis=1, keepdims=True) for block in blocks_of(wave))
        heard = spool(self.spool / f"{name}-16k.f32", resample_blocks(mono, rate, CONTENT_RATE))
        if not len(heard) or float(max(heard.max(), -heard.min())) < audio.SILENT_PEAK:
            raise JobError(Code.AUDIO_SILENT, "no vocals were found in the song")
        return heard[:, 0]

    def _converted(
        self,
        converter: Converter,
        heard: Floats,
        params: CoverParams,
        stem: str,
        listener: Listener,
        samples: int | None = None,
    ) -> tuple[Floats, float]:
        conversion = converter.stream(heard, params, listener, self.stop, samples=samples)
        wave = spool(self.spool / f"{stem}.f32", conversion.blocks)
        self.write(stem, wave, conversion.sample_rate)
        return wave, conversion.key_shift


def _louder(original: Floats, rate: int, sound: Floats, sound_rate: int) -> float:
    """Decibels that bring ``sound``, on two sides, to the loudness of ``original``."""
    wanted, got = integrated_lufs(original, rate), integrated_lufs(sound, sound_rate)
    if wanted is None or got is None:
        return 0.0
    if channels_of(original) == 1:
        wanted += 10 * np.log10(2)  # one channel goes to both sides
    return float(np.clip(wanted - got, -_MOST_LEVELLING_DB, _MOST_LEVELLING_DB))
