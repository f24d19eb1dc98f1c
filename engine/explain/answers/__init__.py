"""Answers about one step that is held still: plain arrays, small enough to cross."""
