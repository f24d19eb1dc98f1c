"""Nodes to a block and back, and the ports of blocks."""
