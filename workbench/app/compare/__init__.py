"""Runs beside each other: curves, results, settings, as files too."""
