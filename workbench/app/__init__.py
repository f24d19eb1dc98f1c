"""Main window, actions and start-up: wiring only."""
