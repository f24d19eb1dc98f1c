"""The document: what stands on the canvas and how it is trained. No torch, no Qt."""
