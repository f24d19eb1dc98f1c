"""Sizes of what stands on the canvas, in scene pixels."""

WIDTH = 176.0
MAX_WIDTH = 220.0
HEIGHT = 68.0
GAP_X = 68.0
GAP_Y = 48.0
STACK_GAP = 36.0
"""Between cards of one column: room for two wires."""
PORT_TOP = 34.0
"""The first port of every card: rows of cards are then joined by straight wires."""
PORT_PITCH = 20.0
PORT_FOOT = 14.0
"""Below the last port."""
PORT_RADIUS = 4.5
PORT_REACH = 14.0
"""So near to a port a press takes hold of it, in pixels on the screen."""
SNAP_REACH = 26.0
"""So near to a fitting port a dragged wire jumps to it, in pixels on the screen."""
STUB = 28.0
"""From a port to the first upright part of its wire."""
LANE = 6.0
"""Between wires beside each other."""
CLEAR = 8.0
"""Between a wire and a card that it doesn't end at."""
CORNER = 20.0
HEAD = 48.0
"""Of an open card, above what it shows; its ports stand so much lower."""
STRIP = 4.0
RADIUS = 7.0
PAD = 14.0
DOT_WIDTH, DOT_HEIGHT, DOT_RADIUS = 24.0, 20.0, 5.0
MARGIN = 12.0
"""Around a card, for ports, badge and shadow."""
GRID = 4.0
DOT_PITCH = 24.0
SPARK_WIDTH, SPARK_HEIGHT, SPARK_FOOT = 64.0, 30.0, 10.0
"""Of the mini-histogram, and what stays free below it."""
SPARK_LOW, SPARK_HIGH = -7.0, 0.0
"""Ends of its axis, which all cards share, in powers of ten."""
MARK_WIDTH = 14.0
"""Of the arrow on a card whose weights start from a file."""
MIN_ZOOM, MAX_ZOOM, FIT_ZOOM = 0.05, 4.0, 1.15


def height_for(num_ports: int) -> float:
    """Return the height of a card with so many ports on its fuller side."""
    return max(HEIGHT, port_y(num_ports - 1) + PORT_FOOT)


def port_y(index: int) -> float:
    """Return where a port stands on its side of a card."""
    return PORT_TOP + index * PORT_PITCH


def snap(value: float) -> float:
    """Return the nearest place on the grid."""
    return round(value / GRID) * GRID
