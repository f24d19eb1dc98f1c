"""Places and sizes: layout, routes of wires, snapping, the camera."""
