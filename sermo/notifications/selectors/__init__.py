"""Reads of events, of what a member follows, and of the inbox."""
