"""Under which identity a member posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone

from sermo.core import coarse
from sermo.members import pseudonyms
from sermo.members.encryption.post_columns import encrypt_contact_email
from sermo.members.errors import RealNameUnavailable
from sermo.members.models import ShownAs
from sermo.members.services.credential_lines import count_shown_line
from sermo.members.services.member_rows import ensure_member_row
from sermo.members.viewer import Viewer

_LAST_MINUTE = dt.timedelta(minutes=1)


def authorship_fields(
    *, viewer: Viewer, scope: str, shown_as: str, urgent: bool = False
) -> dict[str, Any]:
    """The fields of `AbstractPost` for a new post under the identity the member chose.

    Anonymous: the pseudonym of the scope and the mark at which it appears; never e-mail about it
    (decision 0013). Otherwise: the member, whose row is written if it must be, and the minute.
    Raises `RealNameUnavailable`.
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
        appears_at = next_mark(urgent=urgent)
        return {
            **line,
            "author": None,
            "pseudonym": pseudonym,
            "byline": pseudonyms.anonymous_name(pseudonym),
            "posted_at": appears_at or coarse.to_mark(now),
            "appears_at": appears_at,
        }
    if shown_as == ShownAs.REAL_NAME and not viewer.real_name:
        raise RealNameUnavailable
    ensure_member_row(viewer)
    return {
        **line,
        "encrypted_contact_email": encrypt_contact_email(viewer.email) if viewer.email else None,
        "author": member,
        "pseudonym": None,
        "byline": viewer.real_name if shown_as == ShownAs.REAL_NAME else member.handle,
        "posted_at": coarse.to_minute(now),
        "appears_at": None,
    }


def next_mark(*, urgent: bool) -> dt.datetime | None:
    """The mark at which all anonymous acts since the last one appear; None where there is none.

    An act of the last minute waits for the mark after that. Otherwise its transaction could end
    after the others have appeared, and it would appear alone.
    """
    name = "ANONYMOUS_URGENT_MARK_MINUTES" if urgent else "ANONYMOUS_MARK_MINUTES"
    minutes: int = getattr(settings, name)
    return coarse.next_mark(timezone.now() + _LAST_MINUTE, minutes) if minutes else None
