"""What can go wrong at the start, said in one sentence with the way out."""

from __future__ import annotations


class LocalStackError(Exception):
    """The start cannot go on. The message is for the person who typed the command."""
