"""Strict JSON ↔ Project: the door to `reading` and `writing`."""

from engine.graph.files.reading import load, loads
from engine.graph.files.writing import dumps, save

__all__ = ["dumps", "load", "loads", "save"]
