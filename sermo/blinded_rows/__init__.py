"""Rows keyed by a person that nobody without the OUTER key can find, read or follow over time."""
