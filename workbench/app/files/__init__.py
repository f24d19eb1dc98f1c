"""Opening, saving, recovering; two programs at one file."""
