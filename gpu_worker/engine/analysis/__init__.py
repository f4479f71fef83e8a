"""What is wrong with recordings before a voice is trained on them, and what to do about it."""
