"""Sound in and out: decoding, resampling, loudness, limits, formats, mixes."""
