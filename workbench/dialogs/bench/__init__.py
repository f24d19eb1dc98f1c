"""Windows of trainings that answer a question."""
