"""Conversion: a song of any length, chunk by chunk, in another voice."""
