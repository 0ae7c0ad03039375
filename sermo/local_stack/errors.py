"""The error of the one-command start."""

from __future__ import annotations


class LocalStackError(Exception):
    """The start cannot continue. The message says why and what to do, for the person who ran it."""
