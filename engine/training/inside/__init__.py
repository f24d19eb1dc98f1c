"""What can be watched inside a network while it trains, when somebody looks."""
