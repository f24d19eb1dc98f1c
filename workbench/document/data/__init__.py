"""Sources of data in a document."""
