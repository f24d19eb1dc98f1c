"""Runs that were made before: asked of the engine, put into the history."""
