"""What is watched inside the network: one kind at a time, measured while it is open."""
