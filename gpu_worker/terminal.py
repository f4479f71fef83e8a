"""Progress on a terminal: one moving line, or a plain line now and then where it is a file."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from gpu_worker.contract.scores import Scores
from gpu_worker.contract.stage import Stage

from .report import LogLevel

_WIDTH = 28
_PLAIN_EVERY = 5.0


class TerminalReport:
    """Tells a person what a task does; has the methods of the engine's reporters."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._moving = self._stream.isatty()
        self._last = -_PLAIN_EVERY
        self._stage: Stage | None = None

    def progress(
        self,
        stage: Stage,
        fraction: float,
        *,
        eta_s: float | None = None,
        step: int | None = None,
        total_steps: int | None = None,
        losses: Mapping[str, float] | None = None,
    ) -> None:
        parts = [bar(fraction), stage.value]
        if step is not None:
            parts.append(f"{step}/{total_steps}")
        parts += [f"{name} {value:.3g}" for name, value in (losses or {}).items()]
        if eta_s is not None:
            parts.append(f"{int(eta_s) // 60}:{int(eta_s) % 60:02d} left")
        self._show("  ".join(parts), changed=stage is not self._stage or fraction >= 1)
        self._stage = stage

    def bytes(self, done: int, total: int | None) -> None:
        """Progress of a download."""
        of = f" of {total / 1e6:.1f}" if total else ""
        shown = bar(done / total) + "  " if total else ""
        self._show(f"{shown}{done / 1e6:.1f}{of} MB", changed=done == total)

    def checkpoint(self, step: int, path: Path) -> None:
        self.line(f"step {step}: {path}")

    def preview(self, number: int, step: int, mel_distance: float, path: Path) -> None:
        self.line(f"step {step}: mel distance {mel_distance:.3f}, {path}")

    def evaluated(self, step: int, scores: Scores, best: bool) -> None:
        mark = ", the best so far" if best else ""
        self.line(f"step {step}: quality {scores.quality:.0f}{mark}")

    def candidate(self, slot: int, step: int, path: Path) -> None:
        self.line(f"kept step {step}: {path}")

    def log(self, ko: str, en: str, level: LogLevel = "info") -> None:
        self.line(f"{ko} / {en}" if level == "info" else f"{level}: {ko} / {en}")

    def line(self, text: str) -> None:
        """A line that stays."""
        self._stream.write(("\r\x1b[K" if self._moving else "") + text + "\n")
        self._stream.flush()

    def _show(self, text: str, changed: bool) -> None:
        if self._moving:
            self._stream.write(f"\r\x1b[K{text}")
            self._stream.flush()
            return
        now = time.monotonic()
        if changed or now - self._last >= _PLAIN_EVERY:
            self._last = now
            self.line(text)


def bar(fraction: float) -> str:
    """``[#####-----]  50 %`` of a fraction in 0..1."""
    done = round(_WIDTH * min(1.0, max(0.0, fraction)))
    return f"[{'#' * done}{'-' * (_WIDTH - done)}] {100 * fraction:3.0f} %"
