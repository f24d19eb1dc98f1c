"""What a sweep can go over: the settings of a project, and values of each."""
