"""How good a trained network is on data that it never saw, and how sure that is."""
