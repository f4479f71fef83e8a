"""The steps of a job that people see, in their order."""

from enum import StrEnum


class Stage(StrEnum):
    FETCH = "fetch"
    PREPARE = "prepare"
    FEATURES = "features"
    TRAIN = "train"
    INDEX = "index"
    CONVERT = "convert"
    STORE = "store"
