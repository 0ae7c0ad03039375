"""Reads of polls. Other apps use the names that are listed here."""

from __future__ import annotations

from polls.selectors.export import export_answers
from polls.selectors.poll_pages import PollPage, case_poll_pages, poll_page
from polls.selectors.typeahead import suggest_diagnoses

__all__ = ["PollPage", "case_poll_pages", "export_answers", "poll_page", "suggest_diagnoses"]
