"""Records: rows whose cells have names and types of their own."""
