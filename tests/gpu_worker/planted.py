"""Known defects, planted into clean recordings: (T,) in, (T,) out, made on the spot."""

import io
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from gpu_worker.engine.sound.audio import resample

Floats = NDArray[np.float32]
Noise = Literal["white", "pink", "hum"]

# Bits a second and the layouts that the encoders want.
_LOSSY = {"mp3": ("libmp3lame", "s16p"), "ogg": ("libopus", "s16"), "mp4": ("aac", "fltp")}


def power(wave: Floats) -> float:
    """Mean square of the loud parts: what ratios to a voice refer to."""
    frames = wave[: len(wave) // 480 * 480].reshape(-1, 480)
    energies = np.square(frames.astype(np.float64)).mean(axis=1)
    return float(energies[energies > 1e-3 * energies.max()].mean())


def clipped(wave: Floats, depth_db: float) -> Floats:
    """Cut off ``depth_db`` below the peak and brought back to 0.98, as a hot input does."""
    ceiling = float(np.abs(wave).max()) * 10 ** (-depth_db / 20)
    return np.asarray(np.clip(wave, -ceiling, ceiling) * (0.98 / ceiling), dtype=np.float32)


def noisy(wave: Floats, rate: int, snr_db: float, kind: Noise, seed: int) -> Floats:
    """With stationary noise ``snr_db`` below the voice."""
    rng = np.random.default_rng(seed)
    if kind == "hum":
        t = np.arange(len(wave)) / rate
        phases = rng.uniform(0, 2 * np.pi, 10)
        hums = [np.sin(2 * np.pi * 60 * (k + 1) * t + p) / (k + 1) for k, p in enumerate(phases)]
        noise = np.sum(hums, axis=0)
    else:
        noise = rng.standard_normal(len(wave))
    if kind == "pink":
        # Kellet's filter: -3 dB an octave within 0.5 dB.
        b = [0.049922035, -0.095993537, 0.050612699, -0.004408786]
        noise = signal.lfilter(b, [1, -2.494956002, 2.017265875, -0.522189400], noise)
    gain = np.sqrt(power(wave) / np.mean(np.square(noise)) / 10 ** (snr_db / 10))
    return np.asarray(wave + gain * noise, dtype=np.float32)


def reverberant(wave: Floats, rate: int, rt60_s: float, wet_db: float, seed: int) -> Floats:
    """With a hall beside the dry voice: decaying noise, its energy ``wet_db`` over the dry.

    Highs die earlier (time constant halved above 3 kHz), as air and walls have it.
    """
    rng = np.random.default_rng(seed)
    t = np.arange(int(rt60_s * 1.2 * rate)) / rate
    noise = rng.standard_normal(len(t))
    low = signal.sosfilt(signal.butter(2, 3000, fs=rate, output="sos"), noise)
    tail = low * np.exp(-6.91 * t / rt60_s) + (noise - low) * np.exp(-13.8 * t / rt60_s)
    tail[: int(0.008 * rate)] = 0.0
    wet = signal.fftconvolve(wave, tail)[: len(wave)]
    gain = np.sqrt(power(wave) / power(wet.astype(np.float32)) * 10 ** (wet_db / 10))
    return _safe(wave + gain * wet)


def narrow(wave: Floats, rate: int, cutoff_hz: float) -> Floats:
    """Nothing above ``cutoff_hz``: through a lower rate and back."""
    lower = int(2 * cutoff_hz)
    back: Floats = resample(resample(wave, rate, lower), lower, rate)[: len(wave)]
    return back


def over(wave: Floats, music: Floats, level_db: float) -> Floats:
    """With music under the voice at ``level_db`` against it, repeated to its length."""
    bed = np.resize(music, len(wave))
    gain = np.sqrt(power(wave) / power(bed) * 10 ** (level_db / 10))
    return _safe(wave + gain * bed)


def lossy(wave: Floats, rate: int, container: str, bit_rate: int) -> tuple[Floats, int]:
    """Through an encoder and back: (T',) and its rate; starts may lie some ms later."""
    codec, form = _LOSSY[container]
    if container == "ogg" and rate != 48000:
        wave, rate = resample(wave, rate, 48000), 48000
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono", format=form)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bit_rate
        frame = av.AudioFrame.from_ndarray(np.clip(wave, -1, 1)[None], "fltp", "mono")
        frame.sample_rate = rate
        to_codec = av.AudioResampler(form, "mono", rate, frame_size=stream.frame_size)
        parts = [*to_codec.resample(frame), *to_codec.resample(None)]
        out.mux([packet for part in parts for packet in stream.encode(part)])
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as container_in:
        to_float = av.AudioResampler("fltp", "mono", rate)
        frames = [f for packet in container_in.decode(audio=0) for f in to_float.resample(packet)]
    return np.concatenate([f.to_ndarray()[0] for f in frames]).astype(np.float32), rate


def _safe(wave: NDArray[np.floating]) -> Floats:
    return np.asarray(wave / max(1.0, float(np.abs(wave).max()) / 0.98), dtype=np.float32)
