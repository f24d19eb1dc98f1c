"""What is true of a lesson's network: the answers to its questions."""
