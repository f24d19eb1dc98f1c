"""Data of one's own: how it gets in, and the room where it is looked at."""
