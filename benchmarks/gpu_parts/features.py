"""Content features and F0 of 222 slices of 3 s, with networks loaded and with their loading."""

import tempfile
import time
from pathlib import Path

import torch

from benchmarks.gpu_parts.common import Bench, main, pitch_of, profiled, sung
from gpu_worker.engine.config import spectrogram_config
from gpu_worker.engine.learning.features import clips_together, slices_of
from gpu_worker.engine.learning.slices import Slice
from gpu_worker.engine.melody.rmvpe import Rmvpe, load_rmvpe
from gpu_worker.engine.memory import free_bytes
from gpu_worker.engine.speech.content import ContentEncoder, ContentVec
from gpu_worker.engine.speech.hubert import HubertModel, load_hubert

RATE = 40_000
SLICES = 222


def save_networks(folder: Path) -> tuple[Path, Path]:
    """Files of random weights in the published shapes."""
    torch.manual_seed(0)
    hubert, rmvpe = folder / "hubert.pt", folder / "rmvpe.pt"
    torch.save(HubertModel().state_dict(), hubert)
    torch.save(Rmvpe().state_dict(), rmvpe)
    return hubert, rmvpe


class Extraction:
    """Loads both networks; extracts slices in batches."""

    def __init__(self, bench: Bench, hubert: Path, rmvpe: Path) -> None:
        self.encoder: ContentEncoder = ContentVec(load_hubert(hubert).to(bench.device), "0" * 64)
        self.f0 = pitch_of(load_rmvpe(rmvpe), bench.device)
        self._bench = bench

    def __call__(self, waves: list[object]) -> list[Slice]:
        config = spectrogram_config(RATE)
        size = clips_together(free_bytes(self._bench.device))
        slices: list[Slice] = []
        for first in range(0, len(waves), size):
            some = waves[first : first + size]
            slices += slices_of(some, self.encoder, self.f0, config)  # type: ignore[arg-type]
        return slices


def some_waves(bench: Bench) -> list[object]:
    count = 3 if bench.quick else SLICES
    return [sung(1.0 if bench.quick else 3.0, RATE, number) for number in range(count)]


def part(bench: Bench) -> None:
    waves = some_waves(bench)
    with tempfile.TemporaryDirectory() as folder:
        files = save_networks(Path(folder))
        with bench.row("features, with loading") as row:
            bench.wait()
            begun = time.perf_counter()
            extraction = Extraction(bench, *files)
            row["loading_s"] = round(time.perf_counter() - begun, 2)
            extraction(waves)
            row["seconds"] = round(time.perf_counter() - begun, 2)
            row["reference_s"] = 90.0
        with bench.row("features, loaded") as row:
            row["clips_together"] = clips_together(free_bytes(bench.device))
            row["seconds"] = round(bench.seconds(lambda: extraction(waves), 3), 3)
            row |= profiled(bench, lambda: extraction(waves), 1)


if __name__ == "__main__":
    main(part)
