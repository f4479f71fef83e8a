"""A voice that was trained, for tests that need no training."""

import uuid

from apps.common import storage
from apps.voices import services
from apps.voices.models import Voice
from gpu_worker.contract.scores import Scores


def make_ready(voice: Voice) -> None:
    trained = services.TrainedVoice(
        job_id=uuid.uuid4(),
        preset="draft",
        sample_rate=40000,
        encoder_id="whisper-base",
        encoder_sha256="e" * 64,
        model_key=f"jobs/{voice.id}/model.pth",
        model_size=5,
        model_sha256="a" * 64,
        index_key=f"jobs/{voice.id}/model.index",
        index_size=5,
        index_sha256="b" * 64,
        f0_low_hz=100.0,
        f0_median_hz=180.0,
        f0_high_hz=300.0,
        mel_distance_start=2.0,
        mel_distance_end=1.0,
        base="scratch",
        steps=4,
        best_step=4,
        scores=Scores(mel_distance=1.0, quality=80.0),
        candidates=(),
        ending_ko="모두 마쳤습니다.",
        ending_en="All steps are done.",
        checkpoint_key=f"jobs/{voice.id}/checkpoint.pt",
    )
    for key in (trained.model_key, trained.index_key, trained.checkpoint_key):
        storage.write_bytes(key, b"bytes")
    services.complete_training(voice.workspace_id, voice.id, trained)
