"""Trained weights as files that other programs read, one module per format."""

from engine.export.formats import FORMATS, export
from engine.export.weights import Weights, of_run

__all__ = ["FORMATS", "Weights", "export", "of_run"]
