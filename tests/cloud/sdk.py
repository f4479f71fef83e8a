"""How RunPod's SDK finds the fake cloud instead of the real one."""

import os
import sys

from tests.cloud.server import FakeRunPod
from voicestudio.embedded.places import REPOSITORY


def sdk_python() -> str:
    """A Python that has the SDK: this one, unless RUNPOD_SDK_PYTHON names another."""
    return os.environ.get("RUNPOD_SDK_PYTHON", sys.executable)


def sdk_environment(fake: FakeRunPod, endpoint: str, pod: str) -> dict[str, str]:
    """For a worker of ``endpoint`` on the machine ``pod``."""
    at = f"{fake.url}/worker/{endpoint}"
    return os.environ | {
        "PYTHONPATH": str(REPOSITORY),
        "RUNPOD_POD_ID": pod,
        "RUNPOD_ENDPOINT_ID": endpoint,
        "RUNPOD_AI_API_KEY": "the-worker-s-own",
        "RUNPOD_WEBHOOK_GET_JOB": f"{at}/job-take/$ID?gpu=none",
        "RUNPOD_WEBHOOK_POST_OUTPUT": f"{at}/job-done/$RUNPOD_POD_ID/$ID?gpu=none",
        "RUNPOD_WEBHOOK_POST_STREAM": f"{at}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none",
        "RUNPOD_WEBHOOK_PING": f"{at}/ping/$RUNPOD_POD_ID",
        "RUNPOD_PING_INTERVAL": "1000",
        "RUNPOD_SKIP_GPU_CHECK": "true",
        "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS": "true",
    }
