"""Voices: what a training makes, the consent behind it and its published files."""
