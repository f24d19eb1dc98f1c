"""What is wrong with data, in sentences, and what one click does about it."""
