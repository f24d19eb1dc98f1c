"""Trial and error against backpropagation: the window of the race."""
