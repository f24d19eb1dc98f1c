"""What crosses between the window and the engine: plain frozen values. No torch."""
