"""Run by a Python that has RunPod's SDK: its real loop, with a handler that does as it is told."""

import asyncio
from typing import Any

import runpod

from gpu_worker.contract.canary import sung


async def handler(job: dict[str, Any]) -> dict[str, Any]:
    asked = job["input"]
    if (song := sung(asked)) is not None:
        return song
    match asked["do"]:
        case "finish":
            runpod.serverless.progress_update(job, {"done": 0.5})
            return {"attempt_id": asked["attempt_id"], "outcome": "finished"}
        case "fail":
            return {"error": asked["code"]}
        case "crash":
            raise RuntimeError("the handler crashed")
    runpod.serverless.progress_update(job, {"done": 0.0})
    await asyncio.sleep(600)
    return {}


if __name__ == "__main__":
    runpod.serverless.start({"handler": handler})
