"""One file for each family of the catalogue, and what they need."""
