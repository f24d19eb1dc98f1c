"""What a training consists of: phases, optimizers, schedules, their state."""
