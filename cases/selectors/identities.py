"""The three ways to be shown, each with the very byline others will see."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from sermo.members.credential_lines.labels import credential_line_label
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import anonymous_name, case_scope
from sermo.members.viewer import Viewer


def identity_options_for(
    viewer: Viewer, case_id: UUID, *, chosen: str = ShownAs.HANDLE, known_alias: str = ""
) -> list[dict[str, Any]]:
    """Options for components/identity_options.html; the real name only where the session knows it.

    `known_alias` is the numbered alias the viewer already has in this case, if it is known.
    """
    rows = [
        (ShownAs.HANDLE, _("Your handle"), viewer.member.handle, ""),
        (
            ShownAs.ANONYMOUS,
            _("Anonymous in this case"),
            known_alias or anonymous_name(viewer.pseudonym(case_scope(case_id))),
            _(
                "One name within this case, unlike in any other; it appears a little later. "
                "Take a sitting of its own for it: who also says something under a name within "
                "the hour may be guessed. No mail comes about it; the bell tells you. "
                "Two moderators together can suspend its author without learning who it is."
            ),
        ),
        (ShownAs.REAL_NAME, _("Your real name"), viewer.real_name, _("For everybody, for good.")),
    ]
    line = credential_line_label(viewer.member)
    return [
        {
            "value": str(value.value),
            "title": title,
            "byline_name": name,
            "byline_credential": line,
            "checked": value == chosen,
            "anonymous": value == ShownAs.ANONYMOUS,
            "verified": True,
            "note": note,
        }
        for value, title, name, note in rows
        if name
    ]
