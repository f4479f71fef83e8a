"""The index finds what faiss finds, and a stranger's file can't hurt."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from gpu_worker.contract.errors import Code, JobError
from gpu_worker.engine.voice.clustering import mini_batch_k_means
from gpu_worker.engine.voice.indexing import build_index, write_index
from gpu_worker.engine.voice.retrieval import RetrievalIndex, read_index

TINY = Path(__file__).parent / "golden" / "tiny_40000.index"


def features(count: int, dim: int = 16, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((count, dim), dtype=np.float32)


def by_faiss(path: Path, query: NDArray[np.float32]) -> NDArray[np.float32]:
    """The published formula over faiss' own search."""
    whole = faiss.read_index(str(path))
    index: Any = faiss.downcast_index(whole)
    index.make_direct_map()
    distance, number = index.search(query, 8)
    weight = np.where(number >= 0, np.square(1 / distance), 0)
    weight /= weight.sum(axis=1, keepdims=True)
    stored = index.reconstruct_n(0, index.ntotal)
    mean: NDArray[np.float32] = (stored[number] * weight[..., None]).sum(axis=1)
    return mean


def test_a_published_index_gives_what_faiss_gives() -> None:
    query = 0.3 * features(100, 768)
    ours = read_index(TINY, 768).retrieve(torch.from_numpy(query)).numpy()
    assert np.allclose(ours, by_faiss(TINY, query), atol=1e-5)


@pytest.mark.parametrize("count", [1, 5, 38, 400, 3000])
def test_what_is_written_reads_back(tmp_path: Path, count: int) -> None:
    path = tmp_path / "voice.index"
    write_index(path, build_index(features(count)))
    assert [each.name for each in tmp_path.iterdir()] == ["voice.index"]
    index = read_index(path, 16)
    assert sorted(index.vectors.tolist()) == sorted(features(count).tolist())
    query = features(20, seed=1)
    assert np.allclose(index.retrieve(torch.from_numpy(query)), by_faiss(path, query), atol=1e-5)


def test_blend_goes_from_the_query_to_what_is_stored() -> None:
    stored, query = torch.from_numpy(features(50)), torch.from_numpy(features(4, seed=2))
    index = RetrievalIndex.of(stored)
    assert torch.equal(index.blend(query, 0.0), query)
    assert torch.allclose(index.blend(query, 1.0), index.retrieve(query))
    # A stored feature finds itself, at no distance.
    assert torch.allclose(index.retrieve(stored[:5]), stored[:5], atol=1e-5)


@pytest.mark.parametrize(("vectors", "heeded"), [(3_000, 0.1), (30_000, 1.0), (60_000, 1.0)])
def test_a_small_index_counts_less(vectors: int, heeded: float) -> None:
    index = RetrievalIndex.of(torch.zeros(vectors, 2)).heeded_by_size()
    assert index.heeded == index.to("cpu").heeded == heeded
    blended = index.blend(torch.ones(3, 2), 0.5)
    assert torch.allclose(blended, torch.full((3, 2), 1 - 0.5 * heeded))


def test_nothing_makes_no_index() -> None:
    with pytest.raises(ValueError, match="at least one"):
        build_index(features(0))


def test_centres_lie_among_their_points() -> None:
    centres = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    noise = torch.randn(900, 2, generator=torch.Generator().manual_seed(0))
    points = centres.repeat(300, 1) + 0.1 * noise
    found = mini_batch_k_means(points, 30, seed=0)
    assert found.shape == (30, 2)
    assert float(torch.cdist(found, centres).amin(dim=1).max()) < 0.5
    assert torch.equal(found, mini_batch_k_means(points, 30, seed=0))


@pytest.mark.parametrize("kept", [0, 3, 50, 200, 5000, -1])
def test_a_cut_off_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "cut.index"
    path.write_bytes(TINY.read_bytes()[:kept])
    with pytest.raises(JobError) as refusal:
        read_index(path, 768)
    assert refusal.value.code is Code.MODEL_UNREADABLE


@pytest.mark.parametrize("at", [4, 8, 37, 53, 57, 90])
def test_giant_sizes_are_refused_before_anything_is_allocated(tmp_path: Path, at: int) -> None:
    data = bytearray(TINY.read_bytes())
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    path = tmp_path / "giant.index"
    path.write_bytes(data)
    with pytest.raises(JobError) as refusal:
        read_index(path, 768)
    assert refusal.value.code is Code.MODEL_UNREADABLE


def test_another_dimension_or_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="the voice has 512"):
        read_index(TINY, 512)
    flat = faiss.IndexFlatL2(16)
    flat.add(features(10))
    faiss.write_index(flat, str(tmp_path / "flat.index"))
    with pytest.raises(JobError) as refusal:
        read_index(tmp_path / "flat.index", 16)
    assert refusal.value.code is Code.MODEL_UNREADABLE


@pytest.mark.parametrize("count", [12, 400, 2000])
def test_a_search_at_once_finds_what_lists_and_faiss_find(tmp_path: Path, count: int) -> None:
    """What a GPU does instead of going through the lists, here on the CPU."""
    path = tmp_path / "some.index"
    built = build_index(features(count))
    write_index(path, built)
    stored = features(count)
    index = read_index(path, stored.shape[1])
    query = stored[: min(count, 60)] + 0.01 * features(min(count, 60))[::-1]
    at_once = index._retrieve_at_once(torch.from_numpy(query), 8)
    assert torch.allclose(at_once, index.retrieve(torch.from_numpy(query), 8), atol=1e-6)
    squared, found = built.search(query, 8)
    weights = np.where(found >= 0, 1 / np.maximum(squared, 1e-9).astype(np.float64) ** 2, 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    expected = (weights[:, :, None] * stored[found]).sum(axis=1)
    assert np.abs(at_once.numpy() - expected).max() < 1e-3


def test_a_query_whose_list_is_empty_stays_when_searched_at_once() -> None:
    index = RetrievalIndex(
        torch.tensor([[0.0], [10.0]]), torch.tensor([[1.0], [2.0]]), torch.tensor([0, 2, 2])
    )
    found = index._retrieve_at_once(torch.tensor([[0.5], [9.0]]), 8)
    assert found[1] == 9.0
    assert torch.allclose(found, index.retrieve(torch.tensor([[0.5], [9.0]])))
