"""Numbers about the inside of a network: activations, attention, ranks, noise."""
