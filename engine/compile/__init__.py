"""From the document to running torch: shapes, problems, programs, metrics."""
