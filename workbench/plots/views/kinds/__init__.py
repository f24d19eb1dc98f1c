"""One kind of view each."""
