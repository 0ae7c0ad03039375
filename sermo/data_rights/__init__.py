"""A member's right to a copy of their data, and to leave.

This is the one place where the two halves of a person meet, in the person's own session only. Long
work is done by the sealed worker from an encrypted payload that names the member and no user
(docs/design/anonymity.md, running a community on it).
"""
