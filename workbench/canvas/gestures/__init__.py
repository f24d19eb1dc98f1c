"""What the mouse does, one gesture a file."""
