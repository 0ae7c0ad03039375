"""Reads of cases. Apps above use the few names here."""

from __future__ import annotations

from cases.selectors.opening import describe, is_open_to, visible_case

__all__ = ["describe", "is_open_to", "visible_case"]
