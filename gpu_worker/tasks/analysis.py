"""The report card of a dataset."""

import time
from collections.abc import Sequence

from gpu_worker.contract.job import AnalyseResult
from gpu_worker.contract.params import AnalyseParams
from gpu_worker.contract.stage import Stage
from gpu_worker.engine.analysis.card import Recorded, examine
from gpu_worker.engine.learning.evaluation import load_speaker_encoder
from gpu_worker.engine.learning.training import TrainReporter
from gpu_worker.engine.melody.f0 import load_f0
from gpu_worker.engine.stop import StopCheck

from .base import Made, Tools, part


def analyse(
    files: Sequence[Recorded],
    params: AnalyseParams,
    tools: Tools,
    report: TrainReporter,
    stop: StopCheck,
) -> Made[AnalyseResult]:
    """Examine recordings before training. Raises ``JobError`` and ``Stopped``."""
    started = time.monotonic()
    report.progress(Stage.PREPARE, 0.0)
    f0 = load_f0(params.f0_method, tools.weights, tools.device)
    ear = load_speaker_encoder(tools.weights)
    card = examine(files, f0, ear, part(report, Stage.ANALYSE, 0.02, 1.0), stop)
    report.log(card.ko, card.en)
    return Made(AnalyseResult(card=card, seconds=time.monotonic() - started), {})
