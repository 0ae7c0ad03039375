"""Reads of cases. Apps above use the few names here."""

from __future__ import annotations

from cases.selectors.access import describe_cases, sees_answers, visible_case

__all__ = ["describe_cases", "sees_answers", "visible_case"]
