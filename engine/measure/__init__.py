"""What is measured while a network trains, when, and what it costs."""
