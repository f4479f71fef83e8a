"""What is said: content encoders."""
