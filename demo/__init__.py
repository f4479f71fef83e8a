"""Demo material of our own making, and the programs that made it."""
