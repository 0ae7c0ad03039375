"""A copy of what is kept of you, and leaving: the one place where a person's two halves meet.

They meet in the person's own session only. What takes long is done by the sealed worker from a
brief that is sealed to it, by the member's side alone: no brief names a user (ANONYMITY.md §3).
"""
