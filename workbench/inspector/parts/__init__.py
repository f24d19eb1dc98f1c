"""What fields of a form are made of."""
