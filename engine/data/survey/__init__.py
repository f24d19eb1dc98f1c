"""What a source of data holds, counted and drawn for people."""
