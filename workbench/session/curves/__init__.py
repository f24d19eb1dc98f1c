"""The measurements of a run, as the window keeps them."""
