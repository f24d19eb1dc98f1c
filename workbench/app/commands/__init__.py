"""What the window can be told to do, and by which keys."""
