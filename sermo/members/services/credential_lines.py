"""Which credential line each member shows."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from sermo.members.credential_lines.k_anonymity import CredentialLine, generalise_until_allowed
from sermo.members.models import Member

LINE_COLUMNS = ("line_specialty", "line_years", "line_place")


@transaction.atomic
def set_credential_line(*, member_id: UUID, line: CredentialLine) -> None:
    """Called at sign-in: only then is it known which person the member is."""
    columns = dict(zip(LINE_COLUMNS, line, strict=True))
    Member.objects.filter(pk=member_id).exclude(**columns).update(**columns)


@transaction.atomic
def generalise_credential_lines(*, allowed: Collection[CredentialLine]) -> int:
    """Nightly: make lines that are no longer allowed coarser; how many members' changed.

    Published posts keep the line they were published with.
    """
    n_changed = 0
    shown_lines = Member.objects.order_by(*LINE_COLUMNS).values_list(*LINE_COLUMNS).distinct()
    for shown in shown_lines:
        line = generalise_until_allowed(allowed, CredentialLine(*shown))
        if line != CredentialLine(*shown):
            members = Member.objects.filter(**dict(zip(LINE_COLUMNS, shown, strict=True)))
            n_changed += members.update(**dict(zip(LINE_COLUMNS, line, strict=True)))
    return n_changed
