"""The recipe of the starter engine's weights: material, teacher, student, base; from packages."""
