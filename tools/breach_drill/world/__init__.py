"""The simulated months: people, their browsers, a clock that is moved, and a diary of the truth."""
