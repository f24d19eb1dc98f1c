"""Arrays in files: one file of the product for each format."""
