"""One conversion: ours against a plain eager float32 path, and the real-time factor.

    python -m benchmarks.conversion [--preset draft|full] [--seconds 20] [--repeats 3] [--threads N]

Plain is what common inference code does: ``nn.Module``s in float32 as they are trained, the weight
norm computed in each call, a whole padded chunk decoded at once. Everything around the synthesizer
(content encoder, F0, index, loudness) is ours in both, warm, and so is the attention in blocks: a
truly common path is slower still. All are timed in turns. Weights are random: the time is that of a
trained voice.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.measure import best_device, interleaved, write
from gpu_worker.contract.params import ContentEncoderName, ConvertParams, F0Method, Preset
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.nets.generator import Generator
from gpu_worker.engine.nets.inference import Precision, default_precision
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.rendering.conversion import Converter, Rendering
from gpu_worker.engine.speech.content import ContentEncoder, load_content_encoder
from gpu_worker.engine.voice.published import VoiceMetadata, read_published, write_published
from gpu_worker.engine.voice.retrieval import RetrievalIndex
from gpu_worker.pretrained import Pretrained

RATE = 40_000
SOURCE_RATE = 44_100
INDEX_FRAMES = 4500


class WholeDecoder:
    """Decodes all that there is of a chunk at once and hands it out in pieces."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._latent: Tensor | None = None
        self._audio = torch.empty(0)

    def frames(self, z: Tensor, source: Tensor, speaker: Tensor, first: int, last: int) -> Tensor:
        if self._latent is not z:
            self._audio = self._generator.decode(z, source, speaker)
            self._latent = z
        hop = self._generator.m_source.hop
        return self._audio[:, :, first * hop : last * hop]


def some_singing(length_s: float) -> np.ndarray:
    """A vowel-like tone of 220 Hz with vibrato, (T,) at 44.1 kHz."""
    t = np.arange(int(length_s * SOURCE_RATE)) / SOURCE_RATE
    phase = 2 * np.pi * 220 * t + 3 * np.sin(2 * np.pi * 5.5 * t)
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    return np.asarray(0.1 * wave, dtype=np.float32)


def some_voice(folder: Path, preset: Preset, encoder: ContentEncoder) -> Path:
    """An untrained voice as a published file: as fast as a trained one."""
    torch.manual_seed(0)
    path = folder / "voice.pth"
    net = Synthesizer(synthesizer_config(preset, RATE, encoder.dim))
    write_published(path, net, VoiceMetadata("benchmark", encoder.id, encoder.sha256, step=0))
    return path


def make_plain(converter: Converter, net: Synthesizer) -> None:
    """Let the converter use ``net`` as it is."""
    renderer = converter._renderer
    renderer._synthesizer = net
    renderer._decoder = WholeDecoder(net.dec)


def run(preset: Preset, length_s: float, repeats: int) -> dict[str, object]:
    """Seconds a conversion of each path, and ours in shares of the audio's length."""
    device = best_device()
    weights = Pretrained()
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, weights, device)
    f0 = load_f0(F0Method.FCPE, weights, device)
    index = RetrievalIndex.of(torch.randn(INDEX_FRAMES, encoder.dim))
    wave = some_singing(length_s)
    with tempfile.TemporaryDirectory() as folder:
        voice = read_published(some_voice(Path(folder), preset, encoder))

    def path_of(precision: Precision, plain: bool = False) -> Callable[[], object]:
        rendering = Rendering(precision=precision)
        converter = Converter(voice, encoder, f0, index, device, rendering=rendering)
        if plain:
            make_plain(converter, voice.build().to(device).eval())
        return lambda: converter.convert(wave, SOURCE_RATE, ConvertParams())

    taken = interleaved(
        {
            "plain": path_of(Precision.EXACT, plain=True),
            "exact": path_of(Precision.EXACT),
            "float32": path_of(Precision.FLOAT32),
            "ours": path_of(Precision.AUTO),
        },
        repeats,
    )
    plain, ours = taken["plain"], taken["ours"]
    return {
        "configuration": {
            "preset": str(preset),
            "audio_s": length_s,
            "index": INDEX_FRAMES,
            "precision": str(default_precision(device, voice.config.upsample_initial)),
            "repeats": repeats,
        },
        **{f"{name}_s": round(timing.wall_s, 3) for name, timing in taken.items()},
        **{f"{name}_cpu_s": round(timing.cpu_s, 3) for name, timing in taken.items()},
        "ratio": round(plain.wall_s / ours.wall_s, 3),
        "ratio_cpu": round(plain.cpu_s / ours.cpu_s, 3),
        "real_time_factor": round(ours.wall_s / length_s, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.DRAFT)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, help="default: OMP_NUM_THREADS, or all cores")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    figures = run(arguments.preset, arguments.seconds, arguments.repeats)
    for name, value in figures.items():
        print(f"{name:>20}  {value}")
    print(write(f"conversion_{arguments.preset}", figures))


if __name__ == "__main__":
    main()
