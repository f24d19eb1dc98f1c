"""Sizes of what stands on the canvas, in scene pixels."""

WIDTH = 150.0
MAX_WIDTH = 210.0
HEIGHT = 60.0
GAP_X = 50.0
GAP_Y = 50.0
PORT_PITCH = 20.0
PORT_RADIUS = 4.5
PORT_REACH = 14.0
"""So near to a port a press takes hold of it, in pixels on the screen."""
SNAP_REACH = 26.0
"""So near to a fitting port a dragged wire jumps to it, in pixels on the screen."""
STRIP = 4.0
RADIUS = 7.0
PAD = 14.0
DOT_WIDTH, DOT_HEIGHT, DOT_RADIUS = 24.0, 20.0, 5.0
MARGIN = 12.0
"""Around a card, for ports, badge and shadow."""
GRID = 10.0
DOT_PITCH = 24.0
BARS = 14
BAR_PITCH = 2.6
SPARK_WIDTH = BARS * BAR_PITCH
SPARK_HEIGHT = 24.0
MARK_WIDTH = 14.0
"""Of the arrow on a card whose weights start from a file."""
MIN_ZOOM, MAX_ZOOM, FIT_ZOOM = 0.05, 4.0, 1.15


def height_for(num_ports: int) -> float:
    """Return the height of a card with so many ports on its fuller side."""
    return max(HEIGHT, PORT_PITCH * (num_ports + 1))


def port_y(index: int, count: int, height: float) -> float:
    """Return where a port stands on its side of a card."""
    return height / 2 + (index - (count - 1) / 2) * PORT_PITCH


def snap(value: float) -> float:
    """Return the nearest place on the grid."""
    return round(value / GRID) * GRID
