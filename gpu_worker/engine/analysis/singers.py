"""Whether everybody in a dataset is one singer: speaker embeddings of windows, compared.

Embeddings drift with pitch and effort: windows of one singer over two octaves stay above 0.7
(cosine) to their own mean, those of others fall to 0.6 and below. Therefore a window counts as
foreign only far below, and only several of them together are a finding.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..learning.evaluation import SpeakerEncoder
from .activity import HOP, RATE, Activity

Floats = NDArray[np.float32]

WINDOW_S = 3.5
MOST_WINDOWS = 200
_STEP_S = 1.75
_SHORTEST_S = 2.0
# Cosines: two windows of one voice, a window to its voice's mean (with two people in it, it is
# less), a foreign window, a foreign group's mean.
_NEIGHBOUR, _OWN, _FOREIGN, _FOREIGN_GROUP = 0.75, 0.8, 0.66, 0.68
_GROUP_WINDOWS, _GROUP_SHARE = 2, 0.08
_MOST_COMPARED = 1500


@dataclass(frozen=True, slots=True)
class Foreign:
    """Share of a file's windows that sound like somebody else, and how like the main voice these
    are (cosine, 1 where there are none).
    """

    share: float
    similarity: float
    found: bool


def embed_windows(wave16k: Floats, activity: Activity, ear: SpeakerEncoder) -> Floats:
    """Unit vectors (windows, 256) of 3.5 s of voice each, gaps left out, half overlapping; at most
    200, spread evenly.
    """
    frames = np.flatnonzero(activity.active)
    size, step = int(WINDOW_S * RATE / HOP), int(_STEP_S * RATE / HOP)
    if len(frames) < _SHORTEST_S * RATE / HOP:
        return np.zeros((0, 256), np.float32)
    starts = np.arange(0, max(len(frames) - int(_SHORTEST_S * RATE / HOP), 1), step)
    if len(starts) > MOST_WINDOWS:
        starts = starts[np.linspace(0, len(starts) - 1, MOST_WINDOWS).astype(int)]
    return ear.embed_all([_cut(wave16k, frames[at : at + size]) for at in starts])


def find_foreign(windows: list[Floats]) -> list[Foreign | None]:
    """Of each file's windows (n, 256): which are not the dataset's main voice; ``None`` of none."""
    filled = [each for each in windows if len(each)]
    if not filled:
        return [None] * len(windows)
    main = _main_voice(np.concatenate(filled))
    return [_judge(each, main) if len(each) else None for each in windows]


def _judge(windows: Floats, main: Floats) -> Foreign:
    far = windows @ main < _FOREIGN
    share = float(far.mean())
    # A short file of one window is judged by it.
    enough = far.sum() >= min(_GROUP_WINDOWS, len(windows)) and share >= _GROUP_SHARE
    similarity = float(_unit(windows[far]) @ main) if far.any() else 1.0
    return Foreign(share, similarity, bool(enough and similarity < _FOREIGN_GROUP))


def _main_voice(windows: Floats) -> Floats:
    """Mean (256,) of the largest crowd of windows alike, then of all near to that, twice."""
    if len(windows) > _MOST_COMPARED:
        windows = windows[np.linspace(0, len(windows) - 1, _MOST_COMPARED).astype(int)]
    alike = windows @ windows.T > _NEIGHBOUR
    voice = _unit(windows[alike[np.argmax(alike.sum(axis=1))]])
    for _ in range(2):
        near = windows @ voice > _OWN
        voice = _unit(windows[near]) if near.any() else voice
    return voice


def _unit(windows: Floats) -> Floats:
    mean = windows.mean(axis=0)
    unit: Floats = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def _cut(wave16k: Floats, frames: NDArray[np.intp]) -> Floats:
    """The samples of these frames of 10 ms, joined."""
    samples = (frames[:, None] * HOP + np.arange(HOP)).reshape(-1)
    return np.asarray(wave16k[samples], dtype=np.float32)
