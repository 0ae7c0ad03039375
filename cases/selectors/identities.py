"""The identities that a member can post under, with the byline that others would see."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Case, Urgency
from cases.policies import is_author
from sermo.members.credential_lines.labels import line_label
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import anonymous_name, case_scope
from sermo.members.viewer import Viewer


@dataclass(frozen=True)
class IdentityOption:
    """One choice of components/identity_options.html. `value` is a value of `ShownAs`."""

    value: str
    title: str
    byline_name: str
    byline_credential: str
    checked: bool
    anonymous: bool
    note: str
    verified: bool = True


def default_identity(viewer: Viewer, case: Case) -> str:
    """The identity that is chosen first: the author keeps the identity of the case."""
    return case.shown_as if is_author(viewer, case) else ShownAs.HANDLE


def identity_options(viewer: Viewer, case: Case, *, chosen: str = "") -> list[IdentityOption]:
    """The options for a post in this case. `chosen` is the value that was sent, if any."""
    is_anonymous_author = bool(case.pseudonym) and is_author(viewer, case)
    return identity_options_for(
        viewer,
        case.pk,
        chosen=chosen or default_identity(viewer, case),
        numbered_name=case.byline if is_anonymous_author else "",
        urgent=case.urgency == Urgency.URGENT,
    )


def identity_options_for(
    viewer: Viewer,
    case_id: UUID,
    *,
    urgent: bool,
    chosen: str = ShownAs.HANDLE,
    numbered_name: str = "",
) -> list[IdentityOption]:
    """The options, also for a case that is not published yet.

    The real name is an option only if the session knows it. `numbered_name` is the viewer's
    anonymous name in the case if it is already in use.
    """
    alias = numbered_name or anonymous_name(viewer.pseudonym(case_scope(case_id)))
    rows = [
        (ShownAs.HANDLE, _("Your handle"), viewer.member.handle, ""),
        (ShownAs.ANONYMOUS, _("Anonymous in this case"), alias, _anonymity_note(urgent=urgent)),
        (ShownAs.REAL_NAME, _("Your real name"), viewer.real_name, _("For everybody, for good.")),
    ]
    credential = line_label(viewer.line)
    return [
        IdentityOption(
            value=str(value.value),
            title=title,
            byline_name=name,
            byline_credential=credential,
            checked=value == chosen,
            anonymous=value == ShownAs.ANONYMOUS,
            note=note,
        )
        for value, title, name, note in rows
        if name
    ]


def _anonymity_note(*, urgent: bool) -> str:
    minutes = settings.ANONYMOUS_URGENT_MARK_MINUTES if urgent else settings.ANONYMOUS_MARK_MINUTES
    together = _("Anonymous posts appear together every %(minutes)s minutes.") % {
        "minutes": minutes
    }
    return " ".join(
        [
            _("You have a different name in each case."),
            *([together] if minutes else []),
            _(
                "For best anonymity, do not also post under your handle within 1 hour. "
                "We send no email about it. Your inbox shows replies."
            ),
        ]
    )
