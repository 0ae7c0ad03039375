"""What apps above cases do at its turns: named in settings, never imported here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from cases.models import Case, Outcome
from sermo.members.viewer import Viewer


def on_case_published(*, case: Case, viewer: Viewer, payload: dict[str, Any]) -> None:
    """Call each of `settings.CASE_PUBLISHED` in the publishing transaction.

    `payload` is the draft's dict; its keys `diagnosis` and `opinion` describe the polls to open.
    """
    for path in settings.CASE_PUBLISHED:
        import_string(path)(case=case, viewer=viewer, payload=payload)


def on_case_solved(*, outcome: Outcome) -> None:
    """Call each of `settings.CASE_SOLVED` in the transaction that records the outcome."""
    for path in settings.CASE_SOLVED:
        import_string(path)(outcome=outcome)
