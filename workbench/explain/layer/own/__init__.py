"""Layers with a picture of their own: what goes on within them, number by number."""
