"""One conversion: ours against a plain eager float32 path, and the real-time factor.

    python -m benchmarks.conversion [--preset draft|full] [--seconds 20] [--repeats 3]

The plain path computes each weight norm in each call, as common inference code does; the cold one
also loads the voice and its helpers anew for every conversion. Weights are random: the time is that
of a trained voice.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.measure import best_device, seconds, write
from gpu_worker.contract.params import ContentEncoderName, ConvertParams, F0Method, Preset
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.content import ContentEncoder, load_content_encoder
from gpu_worker.engine.conversion import Converter
from gpu_worker.engine.f0 import load_f0
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.nets.weight_norm import NormConv1d, NormConvTranspose1d
from gpu_worker.engine.published import VoiceMetadata, read_published, write_published
from gpu_worker.engine.retrieval import RetrievalIndex
from gpu_worker.pretrained import Pretrained

RATE = 40_000
SOURCE_RATE = 44_100
INDEX_FRAMES = 4500


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


def unfold(converter: Converter) -> None:
    """Let every layer compute its weight norm again in every call."""
    for part in converter._synthesizer.modules():
        if isinstance(part, NormConv1d | NormConvTranspose1d):
            part._folded = None


def run(preset: Preset, length_s: float, repeats: int) -> dict[str, object]:
    """Seconds a conversion of each path, and ours in shares of the audio's length."""
    device = best_device()
    weights = Pretrained()
    params = ConvertParams()
    wave = some_singing(length_s)
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, weights, device)
    f0 = load_f0(F0Method.FCPE, weights, device)
    index = RetrievalIndex.of(torch.randn(INDEX_FRAMES, encoder.dim))
    with tempfile.TemporaryDirectory() as folder:
        path = some_voice(Path(folder), preset, encoder)
        converter = Converter(read_published(path), encoder, f0, index, device)

        def ours() -> object:
            return converter.convert(wave, SOURCE_RATE, params)

        def cold() -> object:
            fresh_weights = Pretrained()
            fresh = Converter(
                read_published(path),
                load_content_encoder(ContentEncoderName.WHISPER_BASE, fresh_weights, device),
                load_f0(F0Method.FCPE, fresh_weights, device),
                index,
                device,
            )
            return fresh.convert(wave, SOURCE_RATE, params)

        cold_s = seconds(cold, repeats, warm_ups=0)
        ours_s = seconds(ours, repeats)
        unfold(converter)
        plain_s = seconds(ours, repeats)
        estimate_s = seconds(lambda: f0.estimate(wave[::3][: int(length_s * 16000)]), repeats)
    return {
        "preset": str(preset),
        "audio_s": length_s,
        "plain_s": round(plain_s, 3),
        "cold_s": round(cold_s, 3),
        "ours_s": round(ours_s, 3),
        "ratio": round(plain_s / ours_s, 3),
        "ratio_to_cold": round(cold_s / ours_s, 3),
        "real_time_factor": round(ours_s / length_s, 4),
        "f0_real_time_factor": round(estimate_s / length_s, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", type=Preset, choices=list(Preset), default=Preset.DRAFT)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    figures = run(arguments.preset, arguments.seconds, arguments.repeats)
    for name, value in figures.items():
        print(f"{name:>20}  {value}")
    print(write(f"conversion_{arguments.preset}", figures))


if __name__ == "__main__":
    main()
