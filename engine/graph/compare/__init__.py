"""Two projects beside each other, in words. No torch."""
