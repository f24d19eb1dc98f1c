"""Trainings that answer a question, as the engine tells of them."""
