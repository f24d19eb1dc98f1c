"""The canvas: nodes, wires, gestures, palette. The graph lives in the document."""
