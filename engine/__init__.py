"""The machine: documents, layers, training and export. No Qt, usable from scripts."""
