"""Projects that ship with the application, one .bpw document each."""
