"""Helpers that the applicant's pages share."""

from __future__ import annotations

from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from accounts.models import User
from sermo.core.http import HtmxRequest
from verification import selectors
from verification.models import Application, ApplicationState


class SignedInRequest(HtmxRequest):
    """A request of a signed-in user, as the audience check guarantees."""

    user: User


def draft_or_redirect(request: SignedInRequest) -> Application | HttpResponseRedirect:
    """The person's draft; else a redirect to the first step or to the status page."""
    latest = selectors.latest_application(request.user.pk)
    if latest is None or latest.state in {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}:
        return redirect("verification:country")
    if latest.state == ApplicationState.DRAFT:
        return latest
    return redirect("verification:status")


def waiting_time_words() -> dict[str, str | None]:
    """`median` and `nine_in_ten` of the last 7 days in words; None below 5 decisions."""
    waits = selectors.waiting_times()
    return {
        "median": None if waits.median is None else selectors.duration_in_words(waits.median),
        "nine_in_ten": None
        if waits.nine_in_ten is None
        else selectors.duration_in_words(waits.nine_in_ten),
    }
