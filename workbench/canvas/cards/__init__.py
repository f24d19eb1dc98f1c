"""What stands on a node's card, and how it is drawn."""
