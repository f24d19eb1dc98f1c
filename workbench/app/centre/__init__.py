"""What can stand where the canvas is: the start page, a panel shown large."""
