"""Opening models that others have trained."""
