"""How fast the engine is, against a plain path in the same run: ratios travel, seconds do not."""
