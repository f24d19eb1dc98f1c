"""What the machine gives: devices, memory, random numbers."""
