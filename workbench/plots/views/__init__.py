"""What view nodes show, painted: one widget per kind, and the panel around them."""
