"""Builders, one file per family: the closed table from type id to module."""
