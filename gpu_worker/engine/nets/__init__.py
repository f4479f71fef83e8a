"""The networks of RVC v2. Parameter names and shapes are those of published checkpoints."""
