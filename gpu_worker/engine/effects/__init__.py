"""What a vocal goes through before the mix: gate, EQ, compressor, chorus, delay, reverb."""

from .chain import EffectChain, apply_effects, stream_effects

__all__ = ["EffectChain", "apply_effects", "stream_effects"]
