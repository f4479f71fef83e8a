"""Separation: known mixes, exact sums and lengths, bounded memory, weights refused."""

import tracemalloc
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soxr
import torch
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.contract.params import SeparatorName
from gpu_worker.engine.separation import ChunkedSeparator, Separator, Stems, load_separator
from gpu_worker.engine.separation.htdemucs import HTDemucs, load_htdemucs
from gpu_worker.engine.separation.htdemucs_net import HTDemucsNet, spectrogram, waveform
from gpu_worker.engine.separation.separator import Level, measure_level
from gpu_worker.engine.separation.spleeter import load_spleeter
from gpu_worker.engine.stop import Stopped
from gpu_worker.engine.weights import WeightFiles, WeightsDiffer
from gpu_worker.pretrained import Pretrained
from tests.gpu_worker.songs import RATE, band, mixed, sdr, sung_vocal

Floats = NDArray[np.float32]


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def spleeter() -> Separator:
    return load_separator(SeparatorName.SPLEETER, Pretrained())


class HalfNetwork:
    """Says that half of everything is vocals: whatever else comes out is the chunking's fault."""

    name = SeparatorName.SPLEETER
    rate = 44100
    chunk = 44100
    overlap = 11025

    def __init__(self) -> None:
        self.heard: list[int] = []

    def vocals(self, mix: Floats, level: Level) -> Floats:
        assert len(mix) <= self.chunk
        self.heard.append(len(mix))
        return mix * np.float32(0.5)


def noise(samples: int, channels: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (samples, channels)).astype(np.float32)


def test_a_known_mix_comes_apart(spleeter: Separator) -> None:
    vocal = sung_vocal()
    vocal, instrumental = mixed(vocal, band(len(vocal)), ratio_db=-7.1)
    mix = vocal + instrumental
    assert sdr(vocal, mix) == pytest.approx(-7.1, abs=0.1)
    stems = spleeter.separate(mix, RATE)
    assert sdr(vocal, stems.vocals[:]) >= 8.0  # the floor asked for is 4
    assert sdr(instrumental, stems.instrumental[:]) >= 15.0  # 11


def test_a_recorded_accompaniment_comes_apart(spleeter: Separator) -> None:
    vocal = sung_vocal()[2 * RATE : 10 * RATE]
    example = Pretrained().find(SeparatorName.SPLEETER).paths[0].with_name("audio_example.mp3")
    accompaniment = spleeter.separate(read_stereo(example), RATE).instrumental[: len(vocal)]
    vocal, instrumental = mixed(vocal, accompaniment, ratio_db=-7.1)
    stems = spleeter.separate(vocal + instrumental, RATE)
    assert sdr(vocal, stems.vocals[:]) >= 4.0
    assert sdr(instrumental, stems.instrumental[:]) >= 11.0


def test_a_quiet_song_comes_apart_as_well_as_a_loud_one(spleeter: Separator) -> None:
    vocal = sung_vocal()[2 * RATE : 6 * RATE]
    vocal, instrumental = mixed(vocal, band(len(vocal)), ratio_db=-3.0)
    loud, quiet = (
        sdr(vocal * gain, spleeter.separate((vocal + instrumental) * gain, RATE).vocals[:])
        for gain in (np.float32(1.0), np.float32(0.03))
    )
    assert quiet == pytest.approx(loud, abs=0.05)


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (48000, 2), (22050, 1), (8000, 1)])
def test_stems_add_up_at_the_songs_own_rate_and_channels(
    spleeter: Separator, rate: int, channels: int
) -> None:
    vocal = sung_vocal()[3 * RATE : 5 * RATE]
    song = (vocal + 0.3 * band(len(vocal)))[:, :channels]
    mix = np.ascontiguousarray(soxr.resample(song, RATE, rate))[: 2 * rate - 7]
    stems = spleeter.separate(mix, rate)
    assert stems.vocals.shape == stems.instrumental.shape == mix.shape
    assert np.abs(stems.vocals[:] + stems.instrumental[:] - mix).max() < 1e-6
    assert 0.05 < np.square(stems.vocals[:]).sum() / np.square(mix).sum() < 0.95


@pytest.mark.parametrize("samples", [1, 700, 44098, 44099, 44100, 77172, 77173, 77174, 200_003])
def test_chunks_join_without_a_seam(samples: int) -> None:
    mix = noise(samples, 2)
    network = HalfNetwork()
    vocals = ChunkedSeparator(network).separate(mix, RATE).vocals[:]
    assert vocals.shape == mix.shape
    assert np.abs(vocals - mix / 2).max() < 1e-6
    # Chunks are a sample short of a second, and 33074 samples apart.
    assert len(network.heard) == 1 + max(0, -(-(samples - 44099) // 33074))


@pytest.mark.parametrize("rate", [8000, 44056, 48000, 96000])
def test_chunks_join_without_a_seam_at_other_rates(rate: int) -> None:
    mix = soxr.resample(noise(rate // 2, 2), rate / 8, rate)
    vocals = ChunkedSeparator(HalfNetwork()).separate(mix, rate).vocals[:]
    assert vocals.shape == mix.shape
    inner = slice(rate // 10, -rate // 10)
    assert np.abs(vocals - mix / 2)[inner].max() < 2e-3


def test_three_hours_need_no_more_memory_than_seconds(tmp_path: Path) -> None:
    def on_disk(name: str) -> Floats:
        made: Floats = np.memmap(tmp_path / name, np.float32, "w+", shape=(120 * RATE, 2))
        return made

    mix = on_disk("mix")
    for second in range(120):
        mix[second * RATE : (second + 1) * RATE] = noise(RATE, 2, second)
    into = Stems(on_disk("vocals"), on_disk("instrumental"))
    tracemalloc.start()
    done = ChunkedSeparator(HalfNetwork()).separate(mix, RATE, into)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done is into
    # The song is 42 MB; in memory are the blocks of 30 s that measure its level, mixed to mono.
    assert peak < 22e6
    assert np.abs(into.vocals[:] - mix / 2).max() < 1e-6


def test_progress_ends_at_one_and_stop_unwinds() -> None:
    told: list[float] = []
    mix = noise(5 * RATE, 2)
    ChunkedSeparator(HalfNetwork()).separate(mix, RATE, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) >= 5
    network = HalfNetwork()
    with pytest.raises(Stopped):
        ChunkedSeparator(network).separate(mix, RATE, stop=lambda: len(network.heard) == 2)
    assert len(network.heard) == 2


def test_silence_stays_silent_and_costs_nothing() -> None:
    network = HalfNetwork()
    stems = ChunkedSeparator(network).separate(np.zeros((3 * RATE, 2), np.float32), RATE)
    assert not stems.vocals[:].any()
    assert network.heard == []
    assert ChunkedSeparator(network).separate(np.zeros((0, 2), np.float32), RATE).vocals.shape == (
        0,
        2,
    )


@pytest.mark.parametrize("shape", [(100,), (100, 3), (100, 0)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a song is"):
        ChunkedSeparator(HalfNetwork()).separate(np.zeros(shape, np.float32), RATE)


def test_the_level_is_that_of_the_mono_sum() -> None:
    mix = noise(70 * 8000, 2) + np.float32(0.1)
    level = measure_level(mix, 8000)
    assert level.mean == pytest.approx(mix.mean(), abs=1e-6)
    assert level.deviation == pytest.approx(mix.mean(axis=1).std(), rel=1e-5)


def test_auto_takes_the_best_that_is_there(spleeter: Separator) -> None:
    assert spleeter.name is load_separator(SeparatorName.AUTO, Pretrained()).name
    with pytest.raises(JobError) as caught:
        load_separator(SeparatorName.HTDEMUCS, Pretrained())
    assert caught.value.code is Code.WEIGHTS_MISSING


def test_auto_says_why_it_leaves_damaged_weights_alone(spleeter: Separator, tmp_path: Path) -> None:
    entry = Pretrained().entry(SeparatorName.HTDEMUCS)
    assert entry.file is not None
    damaged = tmp_path / entry.file
    told: list[str] = []

    def chosen() -> SeparatorName:
        weights = Pretrained(tmp_path)
        return load_separator(
            SeparatorName.AUTO, weights, warn=lambda *said: told.extend(said)
        ).name

    assert (chosen(), told) == (SeparatorName.SPLEETER, [])  # never installed: nothing to say
    damaged.parent.mkdir(parents=True, exist_ok=True)
    damaged.write_bytes(b"half of it")
    assert chosen() is SeparatorName.SPLEETER
    ko, en = told
    assert "HT-Demucs" in ko
    assert "HT-Demucs weights are damaged" in en
    with pytest.raises(WeightsDiffer):
        load_separator(SeparatorName.HTDEMUCS, Pretrained(tmp_path))


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", "tensors", "a fraction"])
def test_weights_of_something_else_are_refused(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "weights"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        state = {"encoder.0.conv.weight": torch.zeros(3)}
        torch.save({"tensors": {"state": state}, "a fraction": Fraction(1, 2)}[content], path)
    for load in (lambda: load_spleeter([path, path]), lambda: load_htdemucs(path)):
        with pytest.raises(JobError) as caught:
            load()
        assert caught.value.code is Code.WEIGHTS_MISSING


def test_htdemucs_has_the_published_size() -> None:
    net = HTDemucsNet()
    assert sum(p.numel() for p in net.parameters()) == 41_984_456
    names = dict(net.named_parameters())
    assert names["crosstransformer.layers_t.1.cross_attn.in_proj_weight"].shape == (1536, 512)
    assert names["tdecoder.0.dconv.layers.1.6.scale"].shape == (384,)
    assert names["decoder.3.conv_tr.weight"].shape == (48, 16, 8, 1)
    assert names["freq_emb.embedding.weight"].shape == (512, 48)


def test_htdemucs_spectrum_and_its_inverse() -> None:
    wave = torch.from_numpy(noise(10_000, 2).T.copy())[None]
    spectrum = spectrogram(wave)
    assert spectrum.shape == (1, 4, 2048, 10)
    # The bin of Nyquist and the frames beyond the ends are left out.
    tone = torch.sin(torch.arange(10_000) * 0.1).expand(1, 2, -1)
    back = waveform(spectrogram(tone)[:, None], 10_000)[:, 0]
    assert (back - tone)[..., 1536:-1536].abs().max() < 1e-4


def test_a_published_file_is_read_without_running_it(tmp_path: Path) -> None:
    net = HTDemucsNet()
    state = {name: p.data.half() for name, p in net.state_dict().items()}
    path = tmp_path / "955717e8-8726e21a.th"
    torch.save({"klass": Fraction, "kwargs": {"segment": Fraction(39, 5)}, "state": state}, path)

    class OneFile:
        def find(self, name: str) -> WeightFiles:
            assert name == "htdemucs"
            return WeightFiles((path,), "0" * 64)

    separator = load_separator(SeparatorName.AUTO, OneFile())
    assert (separator.name, separator.rate) == (SeparatorName.HTDEMUCS, 44100)


def test_htdemucs_separates_chunk_by_chunk() -> None:
    torch.manual_seed(0)
    mix = noise(40_000, 2)
    separator = ChunkedSeparator(HTDemucs(HTDemucsNet(), segment=16_384))
    stems = separator.separate(mix, RATE)
    assert np.isfinite(stems.vocals[:]).all()
    assert stems.vocals[:].any()
    assert np.abs(stems.vocals[:] + stems.instrumental[:] - mix).max() < 1e-6
    first = HTDemucs(HTDemucsNet(), segment=16_384).vocals(mix[:9000], measure_level(mix, RATE))
    assert first.shape == (9000, 2)


def read_stereo(path: Path) -> Floats:
    """(T, 2) at the file's own rate."""
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.ascontiguousarray(np.concatenate(blocks, axis=1).T)
