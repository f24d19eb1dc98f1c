"""The loss around all weights of the held step."""
