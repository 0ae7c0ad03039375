"""Counting what a member does, without a counter that is the member's."""

from __future__ import annotations

from django.utils import timezone

from sermo.core.quotas import Quota, spend
from sermo.members.pseudonyms import quota_scope
from sermo.members.viewer import Viewer


def spend_quota(*, viewer: Viewer, quota: Quota, anonymous: bool = False) -> None:
    """Count one act of the viewer. Raises `sermo.core.quotas.QuotaReached`.

    The counter is named by a pseudonym for this quota and day, so two quotas of one member share
    nothing, nor do two days. What is anonymous has a counter apart from what is done under a name:
    a common one would show, beside the posts under the name, how many others there are.
    """
    scope = quota_scope(quota.name, timezone.localdate(), anonymous=anonymous)
    spend(quota, viewer.pseudonym(scope).hex())
