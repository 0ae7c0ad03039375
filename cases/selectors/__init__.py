"""Reads of cases. Apps above use the few names here."""

from __future__ import annotations

from cases.selectors.access import describe_cases, sees_answers, visible_case
from cases.selectors.own_items import own_subjects

__all__ = ["describe_cases", "own_subjects", "sees_answers", "visible_case"]
