"""Makes the demo material anew: two speakers' recordings, a song's dry vocal and its mix.

pip install --no-deps -r demo/requirements.txt
python -m demo.make_material [FOLDER]
"""

import sys
from pathlib import Path

import av
import numpy as np
import pyloudnorm
import soxr
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from demo.accompaniment import accompany, hall
from demo.score import notes
from demo.singing import Singer, SingingModel, sing
from demo.speech import RATE, Speaker, SpeechModel

HERE = Path(__file__).parent
SEED = 1896
OPUS_RATE = 48000
SPEAKERS = {
    "speaker-a": Speaker({"jf_alpha": 1.0}),
    "speaker-b": Speaker({"jm_kumo": 1.0}),
}
SINGER = Singer(Speaker({"jf_tebukuro": 1.4, "jf_alpha": -0.4}), formants=0.75)
TAGS = {"comment": "AI-generated: synthetic voice", "artist": "AI Voice Studio demo"}


def level(wave: NDArray[np.float32], lufs: float) -> NDArray[np.float32]:
    """The wave (T,) or (2, T) at this loudness, its peaks kept under -1.5 dB softly."""
    now = pyloudnorm.Meter(RATE).integrated_loudness(wave.T)
    loud = wave * 10 ** ((lufs - now) / 20)
    bent = np.abs(loud) > 0.6
    soft = np.sign(loud) * (0.6 + 0.24 * np.tanh((np.abs(loud) - 0.6) / 0.24))
    return np.asarray(np.where(bent, soft, loud), dtype=np.float32)


def write(path: Path, wave: NDArray[np.float32], bit_rate: int | None = None) -> None:
    """Store (T,) or (2, T) at 24 kHz: FLAC of 16 bits, or Opus where a bit rate is given."""
    rows = np.atleast_2d(wave)
    layout = "stereo" if len(rows) == 2 else "mono"
    rate = OPUS_RATE if bit_rate else RATE
    rows = soxr.resample(rows.T, RATE, rate).T
    pcm = np.clip(np.round(rows * 32767), -32768, 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopus" if bit_rate else "flac", rate=rate)
        stream.layout = layout
        if bit_rate:
            stream.bit_rate = bit_rate
        container.metadata.update(TAGS | {"title": path.stem})
        frame = AudioFrame.from_ndarray(pcm.T.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def make_speech(folder: Path) -> None:
    """Three recordings of each speaker, one for each paragraph of the text."""
    model = SpeechModel()
    paragraphs = (HERE / "texts" / "speech.txt").read_text(encoding="utf-8").split("\n\n")
    for name, speaker in SPEAKERS.items():
        for number, text in enumerate(paragraphs, start=1):
            wave = level(model.read(text.strip(), speaker), -20)
            write(folder / f"{name}-{number}.opus", wave, bit_rate=72_000)


def make_song(folder: Path) -> None:
    """The dry vocal, and the vocal with a hall and plucked strings."""
    vocal = level(sing(SingingModel(), SINGER, notes(), SEED), -18)
    write(folder / "arirang-vocal.flac", vocal)
    strings = level(accompany(SEED), -20)
    mix = strings + vocal + 0.35 * hall(vocal, SEED)
    write(folder / "arirang-mix.opus", level(mix, -16), bit_rate=112_000)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "material"
    folder.mkdir(parents=True, exist_ok=True)
    make_song(folder)
    make_speech(folder)


if __name__ == "__main__":
    main()
