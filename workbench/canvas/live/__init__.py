"""What a training shows on the cards."""
