"""An anonymous author may step out later; a name is never hidden later."""

from __future__ import annotations

from django.db import transaction

from cases.errors import CannotBecomeAnonymous
from cases.models import Case, Comment
from sermo.members.models import ShownAs
from sermo.members.pseudonyms import case_scope
from sermo.members.services import authorship_fields
from sermo.members.viewer import Viewer

_SHOWN = ("author", "pseudonym", "shown_as", "byline", "line_specialty", "line_years", "line_place")


@transaction.atomic
def show_name(*, viewer: Viewer, case: Case, shown_as: str) -> int:
    """Put the handle or real name on everything one said anonymously in this case; how much.

    All of it at once: one alias speaks in a case, so one part would give away the rest. Times stay
    as coarse as they were. Raises `LateAnonymity`, `RealNameUnknown`.
    """
    if shown_as == ShownAs.ANONYMOUS:
        raise CannotBecomeAnonymous
    scope = case_scope(case.pk)
    signature = authorship_fields(viewer=viewer, scope=scope, shown_as=shown_as)
    changes = {name: signature[name] for name in _SHOWN} | {"encrypted_member_id": None}
    tag = viewer.pseudonym(scope)
    cases = Case.objects.filter(pk=case.pk, pseudonym=tag).update(**changes)
    return cases + Comment.objects.filter(case=case, pseudonym=tag).update(**changes)
