"""Addresses of drafts that were published or deleted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from cases.errors import DraftDeleted, DraftPublished
from cases.selectors.drafts import former_draft
from sermo.core.http import is_background
from sermo.core.middleware import SAFE_METHODS
from sermo.members.viewer.requests import MemberRequest

View = Callable[..., HttpResponse]
# Forms with words or files. Who presses another button on an old page is led to the case.
_HOLD_WORDS = {"cases:draft", "cases:autosave", "cases:upload", "cases:image-confirm"}


def leads_to_what_became_of_it(view: View) -> View:
    """For a view with `draft_id`: show the author the case, or that the draft was deleted.

    Others, and an address that never was one of theirs, get the 404 of the view. Raises
    `DraftPublished` and `DraftDeleted` where words would be lost.
    """

    @wraps(view)
    def wrapped(request: MemberRequest, draft_id: str, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, draft_id, **kwargs)
        except Http404:
            former = former_draft(request.viewer, draft_id)
            if former is None:
                raise
        if is_background(request) or _holds_words(request):
            raise DraftDeleted if former.case is None else DraftPublished
        if former.case is None:
            return render(request, "cases/compose/deleted.html", status=DraftDeleted.status)
        return redirect(former.case)

    return wrapped


def _holds_words(request: MemberRequest) -> bool:
    match = request.resolver_match
    is_write = request.method not in SAFE_METHODS
    return is_write and match is not None and match.view_name in _HOLD_WORDS
