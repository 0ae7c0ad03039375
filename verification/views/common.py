"""What the applicant's pages share: whose application, and where it is."""

from __future__ import annotations

from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from accounts.models import User
from sermo.core.errors import TooMany
from sermo.core.http import HtmxRequest, within_rate
from verification import selectors
from verification.models import Application, ApplicationState


class SignedInRequest(HtmxRequest):
    """After the audience: somebody is signed in."""

    user: User


def draft_or_elsewhere(request: SignedInRequest) -> Application | HttpResponseRedirect:
    """The person's draft; the first step where there is none; else the waiting room."""
    latest = selectors.latest_application(request.user.pk)
    if latest is None or latest.state in {ApplicationState.WITHDRAWN, ApplicationState.EXPIRED}:
        return redirect("verification:country")
    if latest.state == ApplicationState.DRAFT:
        return latest
    return redirect("verification:status")


def limit(request: SignedInRequest, name: str, *, most: int) -> None:
    """At most so many of these acts an hour by one person. Raises `TooMany`."""
    if not within_rate(name, str(request.user.pk), limit=most, seconds=3600):
        raise TooMany


def wait_words() -> dict[str, str | None]:
    """`median` and `nine_in_ten` of the last seven days in words; None below five decisions."""
    waits = selectors.waiting_times()
    return {
        "median": None if waits.median is None else selectors.duration_in_words(waits.median),
        "nine_in_ten": None
        if waits.nine_in_ten is None
        else selectors.duration_in_words(waits.nine_in_ten),
    }
