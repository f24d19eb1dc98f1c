"""The canvas: nodes, wires, gestures, palette. The graph itself lives in the document."""
