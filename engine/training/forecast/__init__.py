"""What a training will take: time and memory, rehearsed."""
