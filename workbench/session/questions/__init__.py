"""Questions of the window that a run or a held step answers."""
