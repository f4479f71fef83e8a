"""How a voice is judged: mel distance, F0 agreement and speaker similarity."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...contract.errors import Code, JobError
from ..config import SpectrogramConfig
from ..mel import mel_filterbank
from ..spectrogram import log_mel
from ..weights import WeightSource

_SAMPLE_RATE: Final = 16000
_WINDOW, _HOP, _MELS = 400, 160, 40
_PARTIAL_FRAMES: Final = 160
_PARTIAL_STEP: Final = 80
_BATCH: Final = 64
_TARGET_DBFS: Final = -30.0
_QUIET_DB: Final = -35.0


@torch.no_grad()
def mel_distance(reference: Tensor, rendered: Tensor, config: SpectrogramConfig) -> float:
    """Mean absolute difference of natural-log mels of two mono waveforms ``(T,)``.

    The longer one is cut to the shorter, so that a few missing samples at the end do not count.
    """
    length = min(reference.shape[-1], rendered.shape[-1])
    pair = torch.stack([reference[..., :length], rendered[..., :length]])
    mels = log_mel(pair, config)
    return float((mels[0] - mels[1]).abs().mean())


def f0_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson correlation of log F0 over the frames voiced in both; 0 with too few of them."""
    length = min(len(first), len(second))
    first, second = first[:length], second[:length]
    voiced = (first > 0) & (second > 0)
    if voiced.sum() < 10:
        return 0.0
    logs = np.log2(np.stack([first[voiced], second[voiced]]).astype(np.float64))
    if logs.std(axis=1).min() < 1e-9:
        return 0.0
    return float(np.corrcoef(logs)[0, 1])


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    """Cosine similarity of two embeddings."""
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


def load_speaker_encoder(weights: WeightSource) -> "SpeakerEncoder":
    """Raises ``JobError(WEIGHTS_MISSING)``."""
    files = weights.find("resemblyzer")
    return files.loaded("speaker", lambda: SpeakerEncoder.load(files.path))


class SpeakerEncoder(nn.Module):
    """A d-vector of 256 numbers for whose voice is heard (Wan et al. 2018, "GE2E").

    Three LSTM layers over 1.6 s of 40 mel bands, then linear, ReLU and L2 norm; parameter names
    are those of the published Resemblyzer weights.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(_MELS, 256, num_layers=3, batch_first=True)
        self.linear = nn.Linear(256, 256)

    @classmethod
    def load(cls, path: Path) -> "SpeakerEncoder":
        """Read the weight file; ``WEIGHTS_MISSING`` where there is none."""
        if not path.is_file():
            raise JobError(Code.WEIGHTS_MISSING, f"speaker encoder {path.name}")
        state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
        encoder = cls()
        # The file also holds the scale and offset of the training loss.
        encoder.load_state_dict({name: state[name] for name in encoder.state_dict()})
        return encoder.eval()

    def forward(self, mels: Tensor) -> Tensor:
        """``mels`` (B, 160, 40) -> unit vectors (B, 256)."""
        _, (hidden, _) = self.lstm(mels)
        return functional.normalize(functional.relu(self.linear(hidden[-1])), dim=1)

    @torch.no_grad()
    def embed(self, wave: np.ndarray) -> np.ndarray:
        """One unit vector for a mono waveform ``(T,)`` at 16 kHz: the mean over its windows."""
        embedding: np.ndarray = self.embed_all([wave])[0]
        return embedding

    @torch.no_grad()
    def embed_all(self, waves: Sequence[np.ndarray]) -> np.ndarray:
        """Unit vectors (n, 256) of n waveforms (T,), each as ``embed`` gives it.

        Many windows go through the network at once: one by one, threads mostly wait for each other.
        """
        parts = [_partials(wave) for wave in waves]
        whole = torch.cat(parts)
        batches = [whole[start : start + _BATCH] for start in range(0, len(whole), _BATCH)]
        windows = iter(torch.cat([self(batch) for batch in batches]))
        means = torch.stack([torch.stack([next(windows) for _ in part]).mean(0) for part in parts])
        return functional.normalize(means, dim=1).numpy()


def _partials(wave: np.ndarray) -> Tensor:
    """The windows (n, 160, 40) of 1.6 s that the network hears, half overlapping."""
    mels = _power_mels(torch.from_numpy(_speech_only(wave)))
    mels = functional.pad(mels, (0, 0, 0, max(0, _PARTIAL_FRAMES - mels.shape[0])))
    return mels.unfold(0, _PARTIAL_FRAMES, _PARTIAL_STEP).transpose(1, 2).contiguous()


def _speech_only(wave: np.ndarray) -> np.ndarray:
    """Quiet windows of 30 ms dropped, then raised to -30 dBFS where below (the training's way)."""
    wave = np.asarray(wave, dtype=np.float32)
    size = _SAMPLE_RATE * 30 // 1000
    windows = wave[: len(wave) // size * size].reshape(-1, size)
    level = 10 * np.log10(np.mean(windows**2, axis=1) + 1e-12)
    if len(level):
        wave = windows[level > level.max() + _QUIET_DB].reshape(-1)
    loudness = 10 * np.log10(np.mean(wave**2) + 1e-12)
    return wave * np.float32(10 ** (max(0.0, _TARGET_DBFS - loudness) / 20))


def _power_mels(wave: Tensor) -> Tensor:
    """``wave`` (T,) at 16 kHz -> power in 40 Slaney bands (frames, 40), not logarithmic."""
    window = torch.hann_window(_WINDOW)
    spectrum = torch.stft(
        wave, _WINDOW, _HOP, window=window, center=True, pad_mode="constant", return_complex=True
    )
    filters = mel_filterbank(_SAMPLE_RATE, _WINDOW, _MELS, 0.0, _SAMPLE_RATE / 2)
    return (filters @ spectrum.abs().square()).T
