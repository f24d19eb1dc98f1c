"""Lists and bars that belong to the canvas."""
