"""From the command line to the window, and to pictures without one."""
