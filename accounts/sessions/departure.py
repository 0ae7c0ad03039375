"""A person who left and signs in again before the night of deletion."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.sessions.member_credential import is_membership_issued, slots_of
from sermo.core.http import background_answer, is_background
from sermo.core.middleware import GetResponse

ALLOWED = ("accounts:left", "account_logout")


def confine_leavers(get_response: GetResponse) -> GetResponse:
    """Show those who left one page, on every device. Members who act cost no statement.

    Only sessions whose membership was issued and is not open here are asked for; the community
    store ends the others.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not _has_left(request) or request.path in {reverse(name) for name in ALLOWED}:
            return get_response(request)
        if is_background(request):
            return background_answer(request, 403, _("You have left. Nothing was changed."))
        return HttpResponseRedirect(reverse("accounts:left"))

    return middleware


def _has_left(request: HttpRequest) -> bool:
    viewer = request.viewer  # type: ignore[attr-defined]  # set by sermo.members.viewer.middleware
    if viewer is not None or not is_membership_issued(request):
        return False
    user = request.user
    return user.is_authenticated and slots_of(request, user).left is not None
