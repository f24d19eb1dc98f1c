"""Weight files that a document starts from: what is in them, and what fits."""
