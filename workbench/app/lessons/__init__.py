"""Lessons beside the canvas: a list, steps that ask, and how far one has come."""
