"""Watching the Masterfile after approval: it tells us of a change of licence or a sanction."""

from __future__ import annotations

import logging

from verification import personal
from verification.models import Application, Membership
from verification.pipeline import sources
from verification.pipeline.checks.subject import Misconfigured, Passing

log = logging.getLogger(__name__)


def begin_watching(application: Application) -> None:
    """Ask the Masterfile to report changes; what fails is taken up by the nightly sweep."""
    membership = Membership.objects.filter(application=application, is_watched=False).first()
    source = sources.masterfile()
    if membership is None or membership.entity_box is None or not source.is_configured:
        return
    box = personal.open_json(membership.user.open_data_key(), membership.entity_box)
    try:
        source.watch(str(box["entity"]))
    except (Passing, Misconfigured):
        log.warning("the Masterfile did not take a watch for membership %s", membership.pk)
        return
    Membership.objects.filter(pk=membership.pk).update(is_watched=True)
