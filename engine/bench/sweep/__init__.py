"""Sweeps: many trainings with other settings, and what the settings do to the score."""
