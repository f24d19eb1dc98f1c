"""What the command line tells of single steps, numbers and weights."""
