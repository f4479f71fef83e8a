"""Training: datasets, steps, scores, checkpoints, endings."""
