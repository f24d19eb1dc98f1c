"""The training itself: forward, loss, backward, update, and what is told of it."""
