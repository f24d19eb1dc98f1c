"""The face: the window, the canvas and the plots. Qt, never torch."""
