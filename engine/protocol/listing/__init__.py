"""What is asked about the runs of a folder."""
