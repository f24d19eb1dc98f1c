"""What can be told of a training before it begins, within seconds."""
