"""Commands whose trainings answer a question and are thrown away."""
