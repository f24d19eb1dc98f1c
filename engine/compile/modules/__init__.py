"""The torch modules that are not torch's own."""
