"""A run trained again on new data, and which of the two is kept."""
