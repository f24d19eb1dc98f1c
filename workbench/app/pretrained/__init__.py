"""Models that others have trained: opened, and put on the canvas."""
