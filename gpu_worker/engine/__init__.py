"""Voice conversion after RVC v2: networks, training, conversion. No Django, no global state."""
