"""What a person can ask for: a copy of their data, and leaving."""
