"""The form of the training: phases, optimizers, the forecast."""
