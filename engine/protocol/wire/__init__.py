"""How messages cross from process to process."""
