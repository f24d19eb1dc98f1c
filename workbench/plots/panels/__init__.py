"""The charts of a training, one file each."""
