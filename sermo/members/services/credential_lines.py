"""Counting who shows a credential line."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from sermo.core import coarse
from sermo.members.credential_lines.deposits import leave_deposit
from sermo.members.pseudonyms import shown_line_scope
from sermo.members.viewer import Viewer


def count_shown_line(*, viewer: Viewer) -> None:
    """Count the viewer among those who show a line this week. Every act under a line calls it.

    After the commit, and in the volatile Redis only: the act writes no row for it. Twice is once.
    """
    if viewer.facts is None:
        return
    week = coarse.to_week(timezone.localdate())
    locator = viewer.pseudonym(shown_line_scope(week))
    transaction.on_commit(partial(leave_deposit, locator=locator, week=week, facts=viewer.facts))
