"""Where weights start, their averages, and what holds them."""
