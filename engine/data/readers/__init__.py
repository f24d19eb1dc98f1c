"""Files that people bring, as columns and rows: one file per format, one table."""
