"""Jobs: the whole life of a training or a conversion."""
