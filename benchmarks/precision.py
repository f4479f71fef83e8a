"""What the faster ways to decode change in the sound of a voice.

    python -m benchmarks.precision VOICE.pth SONG [--seconds 8]

The same conversion (the same noise) in each precision against the exact one: SNR, distance of
natural-log mels, and how SwiftF0 hears the melody of each.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from benchmarks.measure import best_device, write
from gpu_worker.contract.params import ContentEncoderName, ConvertParams, F0Method
from gpu_worker.engine.config import CONTENT_RATE, spectrogram_config
from gpu_worker.engine.learning.evaluation import f0_correlation, mel_distance
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.nets.inference import Precision
from gpu_worker.engine.rendering.conversion import Converter, Rendering
from gpu_worker.engine.sound.audio import decode, resample
from gpu_worker.engine.speech.content import load_content_encoder
from gpu_worker.engine.voice.published import read_published
from gpu_worker.pretrained import Pretrained


def run(voice_path: Path, song: Path, length_s: float) -> dict[str, object]:
    """SNR in dB, distances and correlations by precision."""
    device = best_device()
    weights = Pretrained()
    encoder = load_content_encoder(ContentEncoderName.WHISPER_BASE, weights, device)
    f0 = load_f0(F0Method.FCPE, weights, device)
    ear = load_f0(F0Method.SWIFT_F0, weights, device)
    voice = read_published(voice_path)
    wave = decode(song, CONTENT_RATE)[0][: int(length_s * CONTENT_RATE)]
    sung = ear.estimate(wave)

    def converted(precision: Precision) -> np.ndarray:
        rendering = Rendering(precision=precision)
        converter = Converter(voice, encoder, f0, None, device, rendering=rendering)
        return converter.convert(wave, CONTENT_RATE, ConvertParams())[0]

    def heard(audio: np.ndarray) -> np.ndarray:
        return ear.estimate(resample(audio, voice.config.sample_rate, CONTENT_RATE))

    exact = converted(Precision.EXACT)
    melody = heard(exact)
    figures: dict[str, object] = {
        "configuration": {"voice": voice_path.name, "song": song.name, "audio_s": length_s},
        "exact_f0_correlation": round(f0_correlation(sung, melody), 4),
    }
    mels = spectrogram_config(voice.config.sample_rate)
    for precision in (Precision.FLOAT32, Precision.BFLOAT16):
        audio = converted(precision)
        own = heard(audio)
        both = (own > 0) & (melody > 0)
        cents = 1200 * np.abs(np.log2(own[both] / melody[both]))
        distance = mel_distance(torch.from_numpy(exact), torch.from_numpy(audio), mels)
        figures |= {
            f"{precision}_snr_db": round(snr_db(audio, exact), 1),
            f"{precision}_mel_distance": round(distance, 4),
            f"{precision}_f0_correlation": round(f0_correlation(sung, own), 4),
            f"{precision}_f0_median_cents": round(float(np.median(cents)), 3),
            f"{precision}_voicing_changed": round(float(np.mean((own > 0) != (melody > 0))), 4),
        }
    return figures


def snr_db(audio: np.ndarray, exact: np.ndarray) -> float:
    """Of what varies: a constant offset is no signal."""
    power = np.square(exact - exact.mean(), dtype=np.float64).mean()
    return float(10 * np.log10(power / np.square(audio - exact, dtype=np.float64).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voice", type=Path)
    parser.add_argument("song", type=Path)
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    figures = run(arguments.voice, arguments.song, arguments.seconds)
    for name, value in figures.items():
        print(f"{name:>26}  {value}")
    print(write("precision", figures))


if __name__ == "__main__":
    main()
