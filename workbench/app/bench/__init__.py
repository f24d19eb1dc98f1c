"""Trainings that answer a question: what the window does about them."""
