"""What views ask of a network while it trains."""
