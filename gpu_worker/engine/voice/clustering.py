"""Mini-batch k-means (Sculley 2010), for more features than an index should hold."""

import torch
from torch import Tensor

BATCH = 2560
MAX_ROUNDS = 100


def mini_batch_k_means(
    points: Tensor, clusters: int, seed: int, rounds: int = MAX_ROUNDS
) -> Tensor:
    """Centres (clusters, dim) of points (n, dim), n >= clusters.

    Starts from distinct points; each round moves the centres nearest to a batch towards it, the
    less the more points they have seen.
    """
    generator = torch.Generator().manual_seed(seed)
    centres = points[torch.randperm(len(points), generator=generator)[:clusters]].clone()
    seen = torch.zeros(clusters)
    for _ in range(rounds):
        batch = points[torch.randint(len(points), (BATCH,), generator=generator)]
        nearest = torch.cdist(batch, centres).argmin(dim=1)
        arrived = torch.zeros(clusters).index_add_(0, nearest, torch.ones(len(batch)))
        total = torch.zeros_like(centres).index_add_(0, nearest, batch)
        seen += arrived
        share = (arrived / seen.clamp(min=1)).unsqueeze(1)
        mean = total / arrived.clamp(min=1).unsqueeze(1)
        centres = torch.where(arrived.unsqueeze(1) > 0, centres.lerp(mean, share), centres)
    return centres
