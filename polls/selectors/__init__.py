"""Reads of polls. Apps above use the few names here."""

from __future__ import annotations

from polls.selectors.concepts import suggest
from polls.selectors.export import export_rows
from polls.selectors.page import PollPage, page_of, pages_of_case

__all__ = ["PollPage", "export_rows", "page_of", "pages_of_case", "suggest"]
