"""What voices take of a workspace's storage."""

import uuid

from django.db.models import Sum

from .models import Voice, VoiceCheckpoint, VoiceState


def held_bytes(workspace_id: uuid.UUID) -> int:
    """Bytes of voices, imported ones too, with index and demo, and of kept checkpoints."""
    voices = Voice.objects.for_workspace(workspace_id).exclude(state=VoiceState.DELETED)
    kept = VoiceCheckpoint.objects.for_workspace(workspace_id)
    beside = voices.aggregate(indexes=Sum("index_size"), demos=Sum("demo_size"))
    # the voice uses one of its checkpoints, where it has any: that one is not stored twice
    own = voices.filter(checkpoints=None).aggregate(sum=Sum("model_size"))
    stored = kept.aggregate(sum=Sum("model_size"))
    return sum(each or 0 for each in (*beside.values(), own["sum"], stored["sum"]))
