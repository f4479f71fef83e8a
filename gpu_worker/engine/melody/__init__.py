"""What is sung: F0 by several estimators, mended, tuned and moved to a voice."""
