"""Voices as published: model files, retrieval indices."""
