"""Labels that are probably wrong, and samples that are hard or forgotten."""
