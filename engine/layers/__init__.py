"""The catalogue of everything that can stand on the canvas. No torch."""
