"""The steps of a job that people see, in their order."""

from enum import StrEnum


class Stage(StrEnum):
    FETCH = "fetch"
    PREPARE = "prepare"
    SEPARATE = "separate"
    CLEAN = "clean"
    ANALYSE = "analyse"
    FEATURES = "features"
    TRAIN = "train"
    INDEX = "index"
    CONVERT = "convert"
    EFFECTS = "effects"
    MIX = "mix"
    STORE = "store"
