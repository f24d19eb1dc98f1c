"""One fault each: how it shows, and its fixes."""
