"""The running engine as the window sees it: states, signals and the run's history."""
