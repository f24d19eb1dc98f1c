"""The items that stand on the canvas, kept equal to the document."""
