"""Cards and wires on a scene, one by one and in groups."""
