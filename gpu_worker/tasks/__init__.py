"""What each kind of job does, composed of engine calls: paths and knobs in, paths and facts out."""

from gpu_worker.engine.analysis.card import Recorded

from .analysis import analyse
from .base import Made, Tools, VoiceFiles, default_device
from .conversion import convert, load_converter
from .cover import cover
from .importing import take_in
from .preparation import preprocess, separate
from .training import Prepared, extract_features, train

__all__ = [
    "Made",
    "Prepared",
    "Recorded",
    "Tools",
    "VoiceFiles",
    "analyse",
    "convert",
    "cover",
    "default_device",
    "extract_features",
    "load_converter",
    "preprocess",
    "separate",
    "take_in",
    "train",
]
