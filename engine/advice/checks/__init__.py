"""Checks of a flattened network whose shapes are known."""
