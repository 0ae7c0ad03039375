"""Calls to the apps above cases. Settings name the functions, so cases does not import them."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from cases.drafts.content import DraftContent
from cases.models import Case, Outcome
from sermo.members.viewer import Viewer


def on_case_published(*, case: Case, viewer: Viewer, content: DraftContent) -> None:
    """Call each of `settings.CASE_PUBLISHED` in the transaction that publishes the case."""
    for path in settings.CASE_PUBLISHED:
        import_string(path)(case=case, viewer=viewer, content=content)


def on_case_appeared(*, case: Case) -> None:
    """Call each of `settings.CASE_APPEARED` in the transaction that shows a case that waited."""
    for path in settings.CASE_APPEARED:
        import_string(path)(case=case)


def on_outcome_recorded(*, outcome: Outcome) -> None:
    """Call each of `settings.CASE_SOLVED` in the transaction that records the outcome."""
    for path in settings.CASE_SOLVED:
        import_string(path)(outcome=outcome)
