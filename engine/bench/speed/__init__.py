"""How fast the loop is beside the one that people write."""
