"""RunPod Serverless entry: ``python -m gpu_worker.handler``.

A plain function would block the SDK's event loop, so that no cancel ever arrives; the work is done
by a process of its own (``warm.py``). What counts goes to the studio; RunPod hears where the job
is now and then, and a small result. Of a failure it hears our code alone.
"""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import runpod

from gpu_worker.contract.canary import sung
from gpu_worker.contract.errors import Code
from gpu_worker.warm import Line, WarmProcess

Job = dict[str, Any]


def handler_of(process: WarmProcess) -> Callable[[Job], Awaitable[Job]]:
    """The handler that has ``process`` do its jobs."""

    async def handle(job: Job) -> Job:
        if (song := sung(job["input"], process.device)) is not None:
            return song
        process.hand_back_when_terminated()
        cancel = threading.Event()

        def tell(line: Line) -> None:
            runpod.serverless.progress_update(job, {"stage": line.stage, "done": line.fraction})

        loop = asyncio.get_running_loop()
        spec = json.dumps(job["input"])
        work = loop.run_in_executor(None, process.do, spec, tell, cancel, job["id"])
        try:
            return answer(job, await asyncio.shield(work))
        except asyncio.CancelledError:
            cancel.set()
            await work
            raise

    return handle


def answer(job: Job, ended: Line) -> Job:
    """The result as RunPod keeps it; a machine on which a process died is exchanged."""
    if ended.code is None:
        return {"attempt_id": job["input"]["attempt_id"], "outcome": ended.outcome}
    return {"error": str(ended.code), "refresh_worker": ended.code is Code.LOST}


def main() -> None:
    process = WarmProcess()
    process.start()
    # No job is taken before the networks are loaded; a machine that can't load them is exchanged.
    runpod.serverless.register_fitness_check(process.wait_until_warm)
    try:
        runpod.serverless.start({"handler": handler_of(process)})
    finally:
        process.close()


if __name__ == "__main__":
    main()
