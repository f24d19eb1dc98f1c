"""Strict JSON ↔ Project: the door to `reading` and `writing`."""

from engine.graph.reading import load, loads
from engine.graph.writing import dumps, save

__all__ = ["dumps", "load", "loads", "save"]
