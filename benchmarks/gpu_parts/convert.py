"""Conversion of songs of 3 and 12 minutes with an index of 50,000 vectors."""

import cProfile
import io
import pstats
import tempfile
from pathlib import Path

import torch

from benchmarks.gpu_parts.common import DIM, Bench, main, profiled, random_rmvpe, sung
from gpu_worker.contract.params import ConvertParams
from gpu_worker.engine.config import synthesizer_config
from gpu_worker.engine.nets.synthesizer import Synthesizer
from gpu_worker.engine.rendering.conversion import Converter
from gpu_worker.engine.speech.content import ContentVec
from gpu_worker.engine.speech.hubert import HubertModel
from gpu_worker.engine.voice.published import VoiceMetadata, read_published, write_published
from gpu_worker.engine.voice.retrieval import RetrievalIndex

RATE, SOURCE_RATE = 40_000, 44_100


def some_index(vectors: int) -> RetrievalIndex:
    """As many lists as a written index has, all of one size but the last."""
    torch.manual_seed(0)
    lists = max(1, vectors // 39)
    bounds = torch.tensor([*range(0, lists * 39, 39), vectors])
    return RetrievalIndex(torch.randn(lists, DIM), torch.randn(vectors, DIM), bounds)


def some_converter(bench: Bench) -> Converter:
    torch.manual_seed(0)
    encoder = ContentVec(HubertModel().eval().requires_grad_(False).to(bench.device), "0" * 64)
    net = Synthesizer(synthesizer_config(bench.preset, RATE, DIM))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.pth"
        about = VoiceMetadata("benchmark", encoder.id, encoder.sha256, step=0, epoch=0)
        write_published(path, net, about)
        voice = read_published(path)
    index = some_index(400 if bench.quick else 50_000)
    return Converter(voice, encoder, random_rmvpe(bench.device), index, bench.device)


def part(bench: Bench) -> None:
    converter = some_converter(bench)
    lengths = (0.05, 0.1) if bench.quick else (3.0, 12.0)
    for minutes in lengths[1:] if bench.arguments.cap_gb else lengths:
        wave = sung(minutes * 60, SOURCE_RATE)

        def convert(wave: object = wave) -> object:
            return converter.convert(wave, SOURCE_RATE, ConvertParams())  # type: ignore[arg-type]

        with bench.row(f"conversion of {minutes:g} min") as row:
            row["first_s"] = round(bench.seconds(convert, 1), 3)
            if minutes == lengths[0]:
                row["seconds"] = round(bench.seconds(convert, 3), 3)
                row |= profiled(bench, convert, 1)
                row["host"] = _host(convert)


def _host(work: object) -> list[str]:
    """Where the host spends its time: the functions with most of their own."""
    trace = cProfile.Profile()
    trace.runcall(work)  # type: ignore[arg-type]
    text = io.StringIO()
    pstats.Stats(trace, stream=text).sort_stats("tottime").print_stats(14)
    return [line.strip()[-150:] for line in text.getvalue().splitlines() if line.strip()][5:]


if __name__ == "__main__":
    main(part)
