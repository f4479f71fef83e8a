"""Retrieval: pulls content features towards those that the trained voice has really sung.

The index is searched here in torch, on any device; faiss only clusters and writes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import faiss
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..files import write_whole
from .clustering import mini_batch_k_means
from .faiss_file import IvfLists, read_ivf, unreadable

NEIGHBOURS = 8
MAX_VECTORS = 200_000
"""Above it an index is built from cluster centres instead."""
REDUCED_VECTORS = 10_000
_VECTORS_PER_LIST = 39
_MIN_DISTANCE = 1e-9
_MARGIN = 8
_ROWS = 256
"""Queries that are compared in one go: each takes its candidates' whole vectors."""

Features = NDArray[np.float32]


class Retrieval(Protocol):
    """Anything that pulls content features towards a trained voice's own."""

    def to(self, device: torch.device | str) -> "Retrieval":
        """The same on another device."""
        ...

    def blend(self, query: Tensor, rate: float) -> Tensor:
        """``rate`` of what is retrieved, the rest of the query itself: (L, dim) -> (L, dim)."""
        ...


@dataclass(frozen=True, slots=True)
class RetrievalIndex:
    """Stored features in lists, each round a centroid; one list is searched for each query.

    ``centroids`` (lists, dim), ``vectors`` (n, dim) ordered by list, ``bounds`` (lists + 1,) int64
    on the CPU: list i is ``vectors[bounds[i]:bounds[i + 1]]``.
    """

    centroids: Tensor
    vectors: Tensor
    bounds: Tensor

    @classmethod
    def of(cls, features: Tensor) -> "RetrievalIndex":
        """All of ``features`` (n, dim) in one list: an exhaustive search."""
        return cls(features.mean(dim=0, keepdim=True), features, torch.tensor([0, len(features)]))

    @property
    def dim(self) -> int:
        return self.vectors.shape[1]

    def to(self, device: torch.device | str) -> "RetrievalIndex":
        """The same index on another device."""
        return RetrievalIndex(self.centroids.to(device), self.vectors.to(device), self.bounds)

    def retrieve(self, query: Tensor, neighbours: int = NEIGHBOURS) -> Tensor:
        """What the index holds near each query: (L, dim) -> (L, dim).

        The mean of the nearest features by weights 1/d^2, d being the squared distance; a query
        whose list is empty stays as it is.
        """
        retrieved = query.clone()
        lists = torch.cat([self._list_of(rows) for rows in torch.split(query, _ROWS)])
        for number in torch.unique(lists).tolist():
            first, last = self.bounds[number : number + 2].tolist()
            if last > first:
                stored = self.vectors[first:last]
                for rows in torch.split((lists == number).nonzero().squeeze(1), _ROWS):
                    retrieved[rows] = _weighted_mean(query[rows], stored, neighbours)
        return retrieved

    def _list_of(self, query: Tensor) -> Tensor:
        """Number of the nearest list: (L, dim) -> (L,)."""
        return _nearest(query, self.centroids, 1)[0][:, 0]

    def blend(self, query: Tensor, rate: float, neighbours: int = NEIGHBOURS) -> Tensor:
        """``rate`` of what is retrieved, the rest of the query itself: (L, dim) -> (L, dim)."""
        if rate == 0:
            return query
        return rate * self.retrieve(query, neighbours) + (1 - rate) * query


def _weighted_mean(query: Tensor, stored: Tensor, neighbours: int) -> Tensor:
    """(L, dim) and (n, dim) -> (L, dim)."""
    index, distance = _nearest(query, stored, neighbours)
    distance = distance.clamp(min=_MIN_DISTANCE)
    # By the smallest first: 1/d^2 alone leaves single precision.
    weights = (distance.amin(dim=1, keepdim=True) / distance).square()
    weights = weights / weights.sum(dim=1, keepdim=True)
    return (weights.unsqueeze(2) * stored[index]).sum(dim=1)


def _nearest(query: Tensor, stored: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The nearest of ``stored`` to each query and their squared distances, (L, count) each.

    Candidates come from multiplied-out squares, which are fast but mix up near neighbours; the
    differences themselves then decide.
    """
    rough = torch.cdist(query, stored)
    candidates = rough.topk(min(count + _MARGIN, len(stored)), largest=False).indices
    exact = (stored[candidates] - query.unsqueeze(1)).square().sum(dim=2)
    distance, order = exact.topk(min(count, len(stored)), largest=False)
    return candidates.gather(1, order), distance


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


def read_index(path: Path, dim: int) -> RetrievalIndex:
    """Read a published ``.index`` of ``dim`` features; no native code sees the stranger's file.

    Raises ``JobError`` with MODEL_UNREADABLE (also another kind of index) or MODEL_TOO_LARGE.
    """
    index = from_lists(read_ivf(path))
    if index.dim != dim:
        raise unreadable(f"{index.dim} features, the voice has {dim}")
    return index


def from_lists(lists: IvfLists) -> RetrievalIndex:
    """The index that searches these lists."""
    sizes = [len(part) for part in lists.parts]
    bounds = torch.tensor([0, *np.cumsum(sizes).tolist()])
    vectors = torch.from_numpy(np.concatenate(lists.parts))
    return RetrievalIndex(torch.from_numpy(lists.centroids), vectors, bounds)
