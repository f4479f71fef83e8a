"""Networks that come as ONNX, on the CPU."""

from pathlib import Path

import onnxruntime

from gpu_worker.contract.errors import Code, JobError


def open_network(
    source: Path | bytes, name: str, threads: int, *, arena: bool = True
) -> onnxruntime.InferenceSession:
    """A session of the network in a file, or of its content.

    Without ``arena`` memory is given back after each call. Raises ``JobError(WEIGHTS_MISSING)``,
    which says ``name``, where it is no such network.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.enable_cpu_mem_arena = arena
    model = source if isinstance(source, bytes) else str(source)
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the bindings derive their errors from nothing narrower
        raise JobError(Code.WEIGHTS_MISSING, f"not {name}: {error}") from error
