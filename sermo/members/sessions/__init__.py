"""The session engine (settings.SESSION_ENGINE)."""

from __future__ import annotations

from sermo.members.sessions.store import SessionStore

__all__ = ["SessionStore"]
