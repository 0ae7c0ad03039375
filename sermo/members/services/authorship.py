"""Under which identity a member posts."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.utils import timezone

from sermo.core import coarse
from sermo.members import pseudonyms
from sermo.members.encryption.post_columns import encrypt_contact_email
from sermo.members.errors import RealNameUnavailable
from sermo.members.models import ShownAs
from sermo.members.services.credential_lines import count_shown_line
from sermo.members.viewer import Viewer


def authorship_fields(
    *, viewer: Viewer, scope: str, shown_as: str, urgent: bool = False
) -> dict[str, Any]:
    """The fields of `AbstractPost` for a new post under the identity the member chose.

    Anonymous: the pseudonym of the scope, the hour, and a delay unless urgent; never e-mail about
    it (decision 0013). Otherwise: the member and the minute. Raises `RealNameUnavailable`.
    """
    member, shown = viewer.member, viewer.line
    line = {
        "shown_as": shown_as,
        "line_specialty": shown.specialty,
        "line_years": shown.years,
        "line_place": shown.place,
        "encrypted_contact_email": None,
    }
    count_shown_line(viewer=viewer)
    now = timezone.now()
    if shown_as == ShownAs.ANONYMOUS:
        pseudonym = viewer.pseudonym(scope)
        return {
            **line,
            "author": None,
            "pseudonym": pseudonym,
            "byline": pseudonyms.anonymous_name(pseudonym),
            "posted_at": coarse.to_hour(now),
            "appears_at": None if urgent else _delayed_publication_time(now),
        }
    if shown_as == ShownAs.REAL_NAME and not viewer.real_name:
        raise RealNameUnavailable
    return {
        **line,
        "encrypted_contact_email": encrypt_contact_email(viewer.email) if viewer.email else None,
        "author": member,
        "pseudonym": None,
        "byline": viewer.real_name if shown_as == ShownAs.REAL_NAME else member.handle,
        "posted_at": coarse.to_minute(now),
        "appears_at": None,
    }


def _delayed_publication_time(now: dt.datetime) -> dt.datetime | None:
    """A random time within settings.ANONYMOUS_DELAY_MINUTES; None where no delay is set."""
    low, high = settings.ANONYMOUS_DELAY_MINUTES
    if high == 0:
        return None
    seconds = low * 60 + secrets.randbelow((high - low) * 60 + 1)
    # To the minute: the task that publishes it runs once a minute.
    return coarse.to_minute(now + dt.timedelta(seconds=seconds))
