"""What lies around the middle: tool bar, menus, banner, status bar."""
