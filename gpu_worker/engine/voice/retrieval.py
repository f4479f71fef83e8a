"""Retrieval: pulls content features towards those that the trained voice has really sung.

The index is searched here in torch, on any device; ``indexing`` makes it with faiss.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .faiss_file import IvfLists, read_ivf, unreadable

NEIGHBOURS = 8
_ENOUGH = 30_000
"""Vectors: 10 minutes of voice."""
_MIN_DISTANCE = 1e-9
_MARGIN = 8
_ROWS = 256
"""Queries that are compared in one go: each takes its candidates' whole vectors."""
_GPU_ROWS = 1024
"""On a GPU each takes a distance to every vector instead: 200 MB for 50,000 vectors."""

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
    on the CPU: list i is ``vectors[bounds[i]:bounds[i + 1]]``. Of the rate asked for the share
    ``heeded`` counts.
    """

    centroids: Tensor
    vectors: Tensor
    bounds: Tensor
    heeded: float = 1.0

    @classmethod
    def of(cls, features: Tensor) -> "RetrievalIndex":
        """All of ``features`` (n, dim) in one list: an exhaustive search."""
        return cls(features.mean(dim=0, keepdim=True), features, torch.tensor([0, len(features)]))

    @property
    def dim(self) -> int:
        return self.vectors.shape[1]

    def to(self, device: torch.device | str) -> "RetrievalIndex":
        """The same index on another device."""
        return replace(self, centroids=self.centroids.to(device), vectors=self.vectors.to(device))

    def heeded_by_size(self) -> "RetrievalIndex":
        """The less it holds, the less it counts: a minute's sounds lack too many of a song's.

        Found with voices of a minute by the starter's encoder: at the usual rate a tenth to a third
        of the words is lost, and no likeness is gained (docs/starter.md).
        """
        return replace(self, heeded=min(1.0, len(self.vectors) / _ENOUGH))

    def retrieve(self, query: Tensor, neighbours: int = NEIGHBOURS) -> Tensor:
        """What the index holds near each query: (L, dim) -> (L, dim).

        The mean of the nearest features by weights 1/d^2, d being the squared distance; a query
        whose list is empty stays as it is.
        """
        if query.device.type != "cpu":
            return self._retrieve_at_once(query, neighbours)
        retrieved = query.clone()
        lists = torch.cat([self._list_of(rows) for rows in torch.split(query, _ROWS)])
        for number in torch.unique(lists).tolist():
            first, last = self.bounds[number : number + 2].tolist()
            if last > first:
                stored = self.vectors[first:last]
                for rows in torch.split((lists == number).nonzero().squeeze(1), _ROWS):
                    retrieved[rows] = _weighted_mean(query[rows], stored, neighbours)
        return retrieved

    def _retrieve_at_once(self, query: Tensor, neighbours: int) -> Tensor:
        """The same by distances to all vectors, those of other lists masked, without a loop.

        A GPU multiplies everything in less time than the host takes to ask for one list.
        """
        sizes = self.bounds.diff()
        owner = torch.arange(len(sizes)).repeat_interleave(sizes).to(query.device)
        filled = (sizes > 0).to(query.device)
        retrieved = []
        for rows in torch.split(query, _GPU_ROWS):
            lists = self._list_of(rows)
            near = _weighted_mean(rows, self.vectors, neighbours, owner != lists[:, None])
            retrieved.append(torch.where(filled[lists].unsqueeze(1), near, rows))
        return torch.cat(retrieved)

    def _list_of(self, query: Tensor) -> Tensor:
        """Number of the nearest list: (L, dim) -> (L,)."""
        return _nearest(query, self.centroids, 1)[0][:, 0]

    def blend(self, query: Tensor, rate: float, neighbours: int = NEIGHBOURS) -> Tensor:
        """``rate`` of what is retrieved, the rest of the query itself: (L, dim) -> (L, dim)."""
        rate *= self.heeded
        if rate == 0:
            return query
        return rate * self.retrieve(query, neighbours) + (1 - rate) * query


def _weighted_mean(
    query: Tensor, stored: Tensor, neighbours: int, hidden: Tensor | None = None
) -> Tensor:
    """(L, dim) and (n, dim) -> (L, dim)."""
    index, distance = _nearest(query, stored, neighbours, hidden)
    distance = distance.clamp(min=_MIN_DISTANCE)
    # By the smallest first: 1/d^2 alone leaves single precision.
    weights = (distance.amin(dim=1, keepdim=True) / distance).square()
    weights = weights / weights.sum(dim=1, keepdim=True)
    return (weights.unsqueeze(2) * stored[index]).sum(dim=1)


def _nearest(
    query: Tensor, stored: Tensor, count: int, hidden: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The nearest of ``stored`` to each query and their squared distances, (L, count) each.

    Candidates come from multiplied-out squares, which are fast but mix up near neighbours; the
    differences themselves then decide. What is ``hidden`` (L, n) from a query is infinitely far.
    """
    rough = torch.cdist(query, stored)
    if hidden is not None:
        rough.masked_fill_(hidden, torch.inf)
    candidates = rough.topk(min(count + _MARGIN, len(stored)), largest=False).indices
    exact = (stored[candidates] - query.unsqueeze(1)).square().sum(dim=2)
    if hidden is not None:
        exact.masked_fill_(hidden.gather(1, candidates), torch.inf)
    distance, order = exact.topk(min(count, len(stored)), largest=False)
    return candidates.gather(1, order), distance


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
