"""The bench: trainings that answer a question instead of making weights."""
