"""Reference inputs and outputs of RVC v2, float32 on a CPU, with all sampling noise zero."""
