"""`python -m engine`: list presets, check, train and export without a window."""

from engine.cli.main import main

__all__ = ["main"]
