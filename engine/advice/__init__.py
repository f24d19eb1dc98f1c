"""What is wrong with a document, and what one click can do about it."""
