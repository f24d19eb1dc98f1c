"""The room Explain in the window."""
