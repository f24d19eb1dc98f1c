"""What keys and menus can do to the canvas: one table, and who reads it."""
