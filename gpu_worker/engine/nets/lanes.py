"""Independent parts of a network beside each other on one CUDA device.

Most kernels of a training step are too small to fill a large GPU. On streams of their own, several
parts fill it together; captured, the streams become branches of the step's graph. Autograd runs
each backward pass on the stream of its forward pass and orders what crosses from one to another.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch
from torch import Tensor

Made = TypeVar("Made")


class Lanes:
    """So many streams of a CUDA device; in turn on the current one until they are ``open``.

    While a library measures which of its kernels is the fastest, nothing else should run.
    """

    def __init__(self, device: torch.device, count: int) -> None:
        self.open = False
        self._streams = [_stream(device) for _ in range(count)]
        self._device = device

    def run(self, parts: Sequence[Callable[[], Made]], given: Sequence[Tensor]) -> list[Made]:
        """What the parts make of ``given``, in order; the last one stays on the current stream.

        The allocator knows only the stream that a tensor was made on. It is told of the others, or
        it would hand out the memory of what one stream has done with while another still reads it.
        """
        here = torch.cuda.current_stream(self._device)
        *aside, last = parts
        made: list[Made] = []
        for number, part in enumerate(aside):
            lane = self._streams[number % len(self._streams)]
            lane.wait_stream(here)
            with torch.cuda.stream(lane):
                made.append(part())
            for tensor in given:
                tensor.record_stream(lane)
        made.append(last())
        for lane in self._streams[: len(aside)]:
            here.wait_stream(lane)
        for tensor in _tensors(made[:-1]):
            tensor.record_stream(here)
        return made


def side_by_side(
    lanes: Lanes | None, parts: Sequence[Callable[[], Made]], *given: Tensor
) -> list[Made]:
    """What the parts make of ``given``: in turn where there are no lanes."""
    if lanes is None or not lanes.open:
        return [part() for part in parts]
    return lanes.run(parts, given)


def _stream(device: torch.device) -> torch.cuda.Stream:
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


def _tensors(made: object) -> Iterator[Tensor]:
    if isinstance(made, Tensor):
        yield made
    elif isinstance(made, list | tuple):
        for each in made:
            yield from _tensors(each)
