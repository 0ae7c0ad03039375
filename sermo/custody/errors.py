"""Rules of custody that refuse. Imports no Django: custodians run part of this offline."""

from __future__ import annotations


class CustodyRefusal(Exception):
    """A rule says no. The message says which, for the operator at the terminal."""
