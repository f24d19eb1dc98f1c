"""A finished run judged, tried and used, by engines beside the one that trains."""
