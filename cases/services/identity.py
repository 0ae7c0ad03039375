"""An anonymous author may show a name later. A name that was shown is never hidden again."""

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
    """Show the handle or real name on all of the viewer's anonymous posts in this case.

    Returns the number of posts. All of them change together, because they share one anonymous
    name and one of them would identify the others. Times stay coarse. The author capsules of these
    posts are deleted in the night.
    Raises `CannotBecomeAnonymous`, `RealNameUnavailable`.
    """
    if shown_as == ShownAs.ANONYMOUS:
        raise CannotBecomeAnonymous
    scope = case_scope(case.pk)
    authorship = authorship_fields(viewer=viewer, scope=scope, shown_as=shown_as)
    changes = {name: authorship[name] for name in _SHOWN}
    pseudonym = viewer.pseudonym(scope)
    n_cases = Case.objects.filter(pk=case.pk, pseudonym=pseudonym).update(**changes)
    return n_cases + Comment.objects.filter(case=case, pseudonym=pseudonym).update(**changes)
