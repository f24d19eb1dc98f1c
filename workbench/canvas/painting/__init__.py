"""Painting the whole: the picture that is kept, the overview, the overlays."""
