"""The help: pages of our own and of the catalogue, in a window that works offline."""
