"""What the canvas changes in the document."""
