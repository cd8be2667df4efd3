"""What people fill in: at the doors, in the acts, when they talk to each other, and as staff. What is wrong is said at its field."""
