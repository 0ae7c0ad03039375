"""Reported things, of whichever kind."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from cases.models import Case, Comment
from sermo.moderation.models import Target

Item = Case | Comment


def find(kind: str, public_id: str) -> Item:
    """The item, hidden or not. Raises `Http404`."""
    found: Item | None = None
    if kind == Target.CASE:
        found = Case.objects.filter(public_id=public_id).first()
    elif kind == Target.COMMENT:
        found = Comment.objects.select_related("case").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def find_visible(kind: str, public_id: str) -> Item:
    """The item as any member may see it. Raises `Http404`."""
    item = find(kind, public_id)
    case = item if isinstance(item, Case) else item.case
    if case.hidden_at or case.appears_at or item.hidden_at or item.appears_at:
        raise Http404
    return item


def kind_of(item: Item) -> Target:
    return Target.CASE if isinstance(item, Case) else Target.COMMENT


def by_id(pairs: set[tuple[str, UUID]]) -> dict[UUID, Item]:
    """The items of these (kind, id) pairs by id, in two statements."""
    cases = Case.objects.filter(pk__in=[pk for kind, pk in pairs if kind == Target.CASE])
    comments = Comment.objects.filter(
        pk__in=[pk for kind, pk in pairs if kind == Target.COMMENT]
    ).select_related("case")
    found: list[Item] = [*cases, *comments]
    return {item.pk: item for item in found}
