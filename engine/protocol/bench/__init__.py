"""What crosses of trainings that answer a question."""
