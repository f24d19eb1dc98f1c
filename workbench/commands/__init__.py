"""What can be done: the form of a row of the tables, and how it reads."""
