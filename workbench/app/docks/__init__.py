"""The panels, and how they are arranged."""
