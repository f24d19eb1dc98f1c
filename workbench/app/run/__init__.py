"""What the window does about a training."""
