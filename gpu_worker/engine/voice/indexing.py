"""Makes and writes the index that ``retrieval`` searches, in faiss' format."""

from pathlib import Path

import faiss
import numpy as np
import torch

from ..files import write_whole
from .clustering import mini_batch_k_means
from .retrieval import Features

MAX_VECTORS = 200_000
"""Above it an index is built from cluster centres instead."""
REDUCED_VECTORS = 10_000
_VECTORS_PER_LIST = 39


def build_index(features: Features, seed: int = 0) -> faiss.IndexIVFFlat:
    """A faiss index as RVC publishes it, of features (n, dim): IVF, flat, one probe.

    More than 200,000 features are first reduced to 10,000 cluster centres. Few features make one
    list. Raises ValueError without any.
    """
    if len(features) == 0:
        raise ValueError("an index needs at least one feature")
    if len(features) > MAX_VECTORS:
        features = mini_batch_k_means(torch.from_numpy(features), REDUCED_VECTORS, seed).numpy()
    features = np.ascontiguousarray(features, dtype=np.float32)
    count, dim = features.shape
    lists = max(1, min(int(16 * np.sqrt(count)), count // _VECTORS_PER_LIST))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(dim), dim, lists)
    index.nprobe = 1
    index.train(features)
    index.add(features)
    return index


def write_index(path: Path, index: faiss.IndexIVFFlat) -> None:
    """Write the file whole, in faiss' format."""
    write_whole(path, lambda aside: faiss.write_index(index, str(aside)))
