"""A voice learned from a real speaker: how good it is by its own score, step by step."""

import json
from pathlib import Path

import numpy as np

from benchmarks.measure import commit
from benchmarks.proof.base import Bench, Expected, Floats, Listener, Row, Table, Voice, rounded
from gpu_worker.contract.job import INDEX, MODEL
from gpu_worker.contract.params import TrainParams
from gpu_worker.contract.scores import Scores
from gpu_worker.engine.config import CONTENT_RATE
from gpu_worker.engine.sound.audio import decode
from gpu_worker.engine.stop import never
from gpu_worker.tasks import VoiceFiles, train

_KEPT = "training.json"
# What 600 steps of synthetic speech reach (docs/quality.md: 71), with some room.
_ENOUGH_STEPS, _QUALITY = 600, Expected(60)


def trained(bench: Bench, steps: int) -> tuple[Voice, Table]:
    """A draft voice of ``steps`` steps; one that lies in the folder already is taken as it is."""
    folder = bench.place("voice")
    if not (folder / _KEPT).is_file():
        _train(bench, folder, steps)
    kept = json.loads((folder / _KEPT).read_text("utf-8"))
    files = VoiceFiles(folder / MODEL, folder / INDEX, f0_median_hz=kept["f0_median_hz"])
    return Voice(files, _singer(bench)), _table(kept)


def _train(bench: Bench, folder: Path, steps: int) -> None:
    """Train, and keep the result with every checkpoint's scores beside the voice."""
    listener = Listener()
    params = TrainParams(total_steps=steps, checkpoint_every=max(1, steps // 4), previews=0)
    made = train(bench.material.voice, params, folder, bench.tools, listener, never)
    kept = made.result.model_dump(mode="json")
    kept["by_step"] = {step: scores.model_dump() for step, scores in listener.scores.items()}
    kept["warnings"] = listener.warnings
    kept["commit"] = commit()
    (folder / _KEPT).write_text(json.dumps(kept, indent=1), "utf-8")


def _table(kept: dict[str, object]) -> Table:
    usable, seconds, steps = (float(str(kept[k])) for k in ("usable_seconds", "seconds", "steps"))
    table = Table(
        "training",
        "A draft voice of a real speaker",
        f"{usable:.0f} s of telephone prompts (16 kHz), {steps:.0f} steps in {seconds:.0f} s with "
        f"scoring, at commit {kept['commit']}. Scores are of held-out slices (docs/quality.md). "
        f"Best step: {kept['best_step']}. {kept['ending_en']}",
    )
    by_step = kept["by_step"]
    assert isinstance(by_step, dict)
    for step, scores in by_step.items():
        table.add(_scores_row(int(step), Scores.model_validate(scores)))
    warnings = kept["warnings"]
    assert isinstance(warnings, list)
    table.bad += warnings
    best = max((float(str(row["quality"])) for row in table.rows), default=0.0)
    if steps >= _ENOUGH_STEPS and not _QUALITY.holds(best):
        table.bad.append(f"quality of the exported voice is {best:g}, {_QUALITY} was expected")
    return table


def _scores_row(step: int, scores: Scores) -> Row:
    return {
        "step": step,
        "quality": rounded(scores.quality, 1),
        "mel distance": rounded(scores.mel_distance),
        "similarity": rounded(scores.speaker_similarity),
        "F0 correlation": rounded(scores.f0_correlation, 3),
        "DNSMOS": rounded(scores.dnsmos),
    }


def _singer(bench: Bench) -> Floats:
    """The embedding of what the voice learned from."""
    assert bench.ears.speaker is not None
    heard = [decode(path, CONTENT_RATE)[0] for path in bench.material.voice]
    embedding: Floats = bench.ears.speaker.embed(np.concatenate(heard))
    return embedding
