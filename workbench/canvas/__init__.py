"""The canvas: cards, wires, gestures, layers to add. The graph is the document's."""
